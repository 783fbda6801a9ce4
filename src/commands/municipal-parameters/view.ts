import { isInForce, rateInForce } from '../../nfse/municipal-parameters/in-force.ts';
import { type ParameterQuestion, parameterKey } from '../../nfse/municipal-parameters/questions.ts';
import type { ParameterValues } from '../../nfse/municipal-parameters/values.ts';
import { ageOf, type ParameterFailure, type ParameterRecord } from './records.ts';

/** What a reader is told of one question. */
export interface ParameterView {
  /** `SET`: `value` is what the municipality has set. `NOT_SET`: it has set nothing. `UNKNOWN`: nobody has an answer yet. */
  readonly status: 'SET' | 'NOT_SET' | 'UNKNOWN';
  /** Of the national system, where the municipality has set nothing. */
  readonly message?: string;
  /** When the national system answered, ISO 8601, UTC. */
  readonly fetchedAt?: string;
  /** The answer is older than it should be: a newer one could not be had yet. */
  readonly stale?: true;
  /** Why there is none, or no newer one. */
  readonly lastFailure?: Pick<ParameterFailure, 'at' | 'code'>;
  readonly value?: unknown;
}

export interface ParametersView {
  readonly parameters: Readonly<Record<string, ParameterView>>;
  /** Questions that have no fresh answer: the worker is to be asked for them. */
  readonly wanting: readonly ParameterQuestion[];
  /** Whether all of them have an answer, be it an old one. */
  readonly complete: boolean;
}

/**
 * What is known of a municipality's parameters.
 *
 * @param records in any order, of these questions or fewer
 * @param date `YYYY-MM-DD`: what is set for it is shown
 * @param companyCnpj whose trouble with its certificate may be told; nobody else's is
 */
export function parametersView(
  records: readonly ParameterRecord[],
  questions: readonly ParameterQuestion[],
  { now, date, companyCnpj }: { readonly now: Date; readonly date: string; readonly companyCnpj: string | undefined },
): ParametersView {
  const byKey = new Map(records.map((record) => [record.parameter, record]));
  const seen = questions.map((question) => {
    const record = byKey.get(parameterKey(question));
    const age = record ? ageOf(record, now) : 'expired';
    return { question, record, age };
  });
  const views = seen.map(({ question, record, age }): [string, ParameterView] => {
    const lastFailure = failureFor(record?.failure, companyCnpj);
    const told = lastFailure && { lastFailure: { at: lastFailure.at, code: lastFailure.code } };
    if (!record?.answer || age === 'expired') return [question.kind, { status: 'UNKNOWN', ...told }];
    const { answer, answeredAt } = record;
    const common = {
      ...(answeredAt !== undefined && { fetchedAt: answeredAt }),
      ...(age === 'stale' && { stale: true as const }),
      ...told,
    };
    return [
      question.kind,
      answer.kind === 'set'
        ? { status: 'SET', ...common, value: shown(question.kind, answer.value, date) }
        : { status: 'NOT_SET', ...common, message: answer.message },
    ];
  });
  return {
    parameters: Object.fromEntries(views),
    wanting: seen.filter(({ age }) => age !== 'fresh').map(({ question }) => question),
    complete: seen.every(({ age }) => age !== 'expired'),
  };
}

function failureFor(failure: ParameterFailure | undefined, companyCnpj: string | undefined) {
  return failure?.companyCnpj === undefined || failure.companyCnpj === companyCnpj ? failure : undefined;
}

/** Lists come with what of them holds on the date. */
function shown(kind: ParameterQuestion['kind'], value: unknown, date: string): unknown {
  switch (kind) {
    case 'rates': {
      const periods = value as ParameterValues['rates'];
      const inForce = rateInForce(periods, date);
      return { ...(inForce && { inForce }), periods };
    }
    case 'specialRegimes': {
      const periods = value as ParameterValues['specialRegimes'];
      return { inForce: periods.filter((regime) => isInForce(regime, date)), periods };
    }
    case 'agreement':
    case 'withholdings':
    case 'benefit':
      return value;
  }
}
