import type { HandlingClass } from '../nfse/rejections/catalogue.ts';

/** What was asked of the authority. */
export type Asked = 'issue' | 'find' | 'cancel';

export type ExplainedOutcome =
  | 'ISSUED'
  | 'FOUND'
  | 'CANCELLED'
  | 'DUPLICATE'
  | 'PENDING'
  | 'REJECTED'
  | 'UNKNOWN'
  | 'UNAVAILABLE';

export interface ExplainedNote {
  readonly number: string;
  readonly accessKey?: string | undefined;
  readonly verificationCode?: string | undefined;
  /** Decimal text. */
  readonly amount?: string | undefined;
  readonly netAmount?: string | undefined;
  readonly customerDocument?: string | undefined;
  readonly description?: string | undefined;
  readonly issuedAt?: string | undefined;
  readonly cancelledAt?: string | undefined;
}

export interface ExplainedCode {
  readonly code: string;
  readonly class: HandlingClass;
  readonly message: string;
  readonly howToFix: string;
  /** JSON pointer into the emission request. */
  readonly pointer?: string | undefined;
  /** The authority's own words. */
  readonly source?: string | undefined;
}

/** What an answer means. */
export interface Explanation {
  readonly provider: 'national' | 'abrasf' | 'unknown';
  readonly operation: string;
  readonly outcome: ExplainedOutcome;
  readonly note?: ExplainedNote | undefined;
  /** Of the batch that the authority took. */
  readonly protocol?: string | undefined;
  readonly codes: readonly ExplainedCode[];
  /** What to do now, in Portuguese. */
  readonly next?: string | undefined;
}

/** What was sent along with the file. */
export interface Circumstances {
  readonly asked?: Asked | undefined;
  /** As given: shown in the explanation. */
  readonly operation?: string | undefined;
  readonly status?: number | undefined;
}

/** What an answer with codes comes to, by the class that decides. */
export function outcomeOf(handling: HandlingClass): ExplainedOutcome {
  switch (handling) {
    case 'LOOKUP':
    case 'IDEMPOTENT':
      return 'DUPLICATE';
    case 'PENDING':
      return 'PENDING';
    case 'RETRY':
      return 'UNAVAILABLE';
    case 'RETRY_LOOKUP':
    case 'NOT_FOUND':
    case 'EMPTY':
    case 'ALERT':
      return 'UNKNOWN';
    case 'BUG':
    case 'CONFIG':
    case 'DEADLINE':
    case 'STATE':
    case 'FIX_DATA':
    case 'FIX_CLOCK':
    case 'NOT_APPLICABLE':
      return 'REJECTED';
  }
}

/** What to do after an outcome, where its codes do not say it. */
export const NEXT: Readonly<Record<ExplainedOutcome, string>> = {
  ISSUED: 'A nota existe: registre o número e guarde o XML.',
  FOUND: 'A nota existe: compare valor, tomador e serviço com o pedido antes de registrá-la.',
  CANCELLED: 'A nota está cancelada: registre o cancelamento.',
  DUPLICATE: 'O pedido já chegou antes: consulte a nota e compare-a com o pedido, sem reenviar.',
  PENDING: 'Ainda em processamento: consulte mais tarde, sem reenviar.',
  REJECTED: 'Corrija o que está indicado e reenvie com o mesmo número.',
  UNKNOWN: 'O resultado é desconhecido: consulte a nota pelo número antes de reenviar.',
  UNAVAILABLE: 'A autoridade está indisponível e nada foi feito: reenvie o mesmo documento mais tarde.',
};

export const NOTHING_THERE = 'Nada consta na autoridade: reenviar o mesmo documento, com o mesmo número, é seguro.';
export const NOT_AN_ANSWER = 'O arquivo é um pedido ou documento nosso, e não uma resposta da autoridade.';
