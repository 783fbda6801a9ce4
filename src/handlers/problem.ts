/** One thing wrong with a request: where (JSON pointer), a stable code, what happened and how to fix it, in Portuguese. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly howToFix: string;
}

export interface ProblemFacts {
  readonly status: number;
  /** Stable and documented (docs/api.md): the end of the problem's `type`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not success, as RFC 9457 has it. Thrown anywhere at the edge, rendered once. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly facts: ProblemFacts;
  constructor(facts: ProblemFacts, options?: ErrorOptions) {
    super(`${facts.status} ${facts.code}: ${facts.detail}`, options);
    this.facts = facts;
  }
}

/** The problem+json body. `requestId` is what support asks for. */
export function problemBody({ status, code, title, detail, errors }: ProblemFacts, requestId: string): object {
  return { type: `urn:nfse-ledger:problem:${code}`, title, status, detail, requestId, ...(errors ? { errors } : {}) };
}

export const notFound = (): Problem =>
  new Problem({
    status: 404,
    code: 'invoice-not-found',
    title: 'Nota não encontrada',
    detail: 'Não existe nota com este identificador entre as empresas a que você tem acesso.',
  });

export const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem({
    status: 422,
    code: 'invalid-request',
    title: 'Requisição inválida',
    detail:
      errors.length === 1
        ? 'Há 1 campo a corrigir; veja errors.'
        : `Há ${errors.length} campos a corrigir; veja errors.`,
    errors,
  });

export const badRequest = (code: string, detail: string, errors?: readonly FieldError[]): Problem =>
  new Problem({ status: 400, code, title: 'Requisição malformada', detail, ...(errors ? { errors } : {}) });

export const forbidden = (detail: string): Problem =>
  new Problem({ status: 403, code: 'forbidden', title: 'Acesso negado', detail });
