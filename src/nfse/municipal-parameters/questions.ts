/** A question about the parameters of a municipality. `service` is in the API's own form, {@link parameterService}. */
export type ParameterQuestion =
  | { readonly kind: 'agreement' }
  | { readonly kind: 'rates'; readonly service: string }
  | { readonly kind: 'specialRegimes'; readonly service: string }
  | { readonly kind: 'withholdings' }
  | { readonly kind: 'benefit'; readonly benefit: string };

export type ParameterKind = ParameterQuestion['kind'];

/** Three digits of the municipality's own, which follow the national code. */
const NO_COMPLEMENT = '000';

/**
 * A service as this API names it: `II.SS.DD.CCC`. Without the dots it answers 400; with a complement that the municipality does not use, 404.
 *
 * @param code `cTribNac`, six digits
 * @param complement `cTribMun`, three digits
 */
export function parameterService(code: string, complement = NO_COMPLEMENT): string {
  return `${code.slice(0, 2)}.${code.slice(2, 4)}.${code.slice(4, 6)}.${complement}`;
}

/**
 * The path of a question below the API's base.
 *
 * The history of a service's rates is asked for instead of the rate on a date: one answer then serves every competence.
 *
 * @param date `YYYY-MM-DD`. The API reads other spellings month first, without a complaint.
 */
export function parameterPath(municipalityCode: string, question: ParameterQuestion, date: string): string {
  switch (question.kind) {
    case 'agreement':
      return `/${municipalityCode}/convenio`;
    case 'rates':
      return `/${municipalityCode}/${question.service}/historicoaliquotas`;
    case 'specialRegimes':
      return `/${municipalityCode}/${question.service}/${date}/regimes_especiais`;
    case 'withholdings':
      return `/${municipalityCode}/${date}/retencoes`;
    case 'benefit':
      return `/${municipalityCode}/${question.benefit}/${date}/beneficio`;
  }
}

/** What the answer to a question is stored by, beside the municipality. */
export function parameterKey(question: ParameterQuestion): string {
  switch (question.kind) {
    case 'rates':
    case 'specialRegimes':
      return `${question.kind}#${question.service}`;
    case 'benefit':
      return `${question.kind}#${question.benefit}`;
    case 'agreement':
    case 'withholdings':
      return question.kind;
  }
}

/** Questions with the same key have the same answer. */
export function distinctQuestions(questions: readonly ParameterQuestion[]): readonly ParameterQuestion[] {
  return [...new Map(questions.map((question) => [parameterKey(question), question])).values()];
}
