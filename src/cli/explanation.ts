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
  /** Of the declaration or RPS that the note was made of. */
  readonly dps?: { readonly series?: string | undefined; readonly number: string } | undefined;
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

const NEXT: Readonly<Record<ExplainedOutcome, string>> = {
  ISSUED: 'A nota existe: registre o número e guarde o XML.',
  FOUND: 'A nota existe: compare valor, tomador e serviço com o pedido antes de registrá-la.',
  CANCELLED: 'A nota está cancelada: registre o cancelamento.',
  DUPLICATE: 'O pedido já chegou antes: consulte a nota e compare-a com o pedido, sem reenviar.',
  PENDING: 'Ainda em processamento: consulte mais tarde, sem reenviar.',
  REJECTED: 'Corrija o que está indicado e reenvie com o mesmo número.',
  UNKNOWN: 'O resultado é desconhecido: consulte a nota pelo número antes de reenviar.',
  UNAVAILABLE: 'A autoridade está indisponível e nada foi feito: reenvie o mesmo documento mais tarde.',
};

/** The same of a cancellation, where it differs. */
const NEXT_OF_CANCELLATION: Readonly<Partial<Record<ExplainedOutcome, string>>> = {
  DUPLICATE: 'O cancelamento já foi pedido antes: consulte a nota e seus eventos; se ela está cancelada, está feito.',
  REJECTED: 'Corrija o que está indicado e peça o cancelamento outra vez.',
  UNKNOWN: 'O resultado é desconhecido: consulte a nota e seus eventos antes de pedir o cancelamento outra vez.',
  UNAVAILABLE: 'A autoridade está indisponível e nada foi feito: peça o cancelamento mais tarde.',
};

/** What to do after a refusal that the sender's data do not mend, by the class that decides. */
const NEXT_OF_REFUSAL: Readonly<Partial<Record<HandlingClass, string>>> = {
  BUG: 'O documento ou a chamada foi montado errado: avise quem mantém o sistema. Reenviar sem correção não adianta.',
  CONFIG: 'Resolva o cadastro, o certificado ou o parâmetro do município e reenvie com o mesmo número.',
  DEADLINE:
    'O prazo terminou: peça à prefeitura. No sistema nacional, o pedido de análise fiscal (evento 101103) é o caminho.',
  STATE: 'A situação da nota não permite a operação: consulte a nota e seus eventos antes de outra coisa.',
  FIX_CLOCK: 'O horário do documento está adiante do relógio da autoridade: espere e reenvie o mesmo documento.',
};

/** What to do now. @param deciding the class that decided, where the answer has codes */
export function nextAfter(outcome: ExplainedOutcome, asked?: Asked, deciding?: HandlingClass): string {
  const ofRefusal = outcome === 'REJECTED' && deciding ? NEXT_OF_REFUSAL[deciding] : undefined;
  return ofRefusal ?? (asked === 'cancel' ? NEXT_OF_CANCELLATION[outcome] : undefined) ?? NEXT[outcome];
}

export const NOTHING_THERE = 'Nada consta na autoridade: reenviar o mesmo documento, com o mesmo número, é seguro.';
export const NOT_AN_ANSWER = 'O arquivo é um pedido ou documento nosso, e não uma resposta da autoridade.';
