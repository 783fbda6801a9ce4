import type { HandlingClass, RejectionCatalogue } from '../nfse/rejections/catalogue.ts';
import { explainUnlisted } from '../nfse/rejections/unlisted.ts';
import type { Asked, Verdict } from '../worker/providers/verdict.ts';

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

/** Who answers: as the user knows it, and its table of codes. */
type Speaker = Pick<RejectionCatalogue<HandlingClass>, 'classify' | 'explain'> & { readonly name: string };

/** What a code means, by its authority's table; one that no table has is told as it came. */
export function explainedCode({ name, classify, explain }: Speaker, code: string, source: string): ExplainedCode {
  const [classified] = classify([code]);
  if (classified === undefined || classified.class === 'UNLISTED') {
    const [message, howToFix] = explainUnlisted(name, [{ code, text: source }]);
    return { code, class: 'UNLISTED', message, howToFix, source };
  }
  const { field, ...explained } = explain(code);
  return {
    code: classified.code,
    class: classified.class,
    ...explained,
    ...(field !== undefined && { pointer: field }),
    source,
  };
}

/** What a verdict is called here. */
export function outcomeOf({ kind }: Verdict): ExplainedOutcome {
  switch (kind) {
    case 'already-used':
      return 'DUPLICATE';
    case 'pending':
      return 'PENDING';
    case 'refused':
      return 'REJECTED';
    case 'unavailable':
      return 'UNAVAILABLE';
    case 'absent':
    case 'doubtful':
    case 'unknown':
      return 'UNKNOWN';
  }
}

/** The class that decided a verdict, where the answer has codes. */
export function decidingClass(verdict: Verdict): HandlingClass | undefined {
  return 'refusal' in verdict ? verdict.refusal?.class : undefined;
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

/** The same of a cancellation and of a question, where it differs. A question that failed never leads to sending the note again. */
const NEXT_ASKED: Readonly<Record<Asked, Readonly<Partial<Record<ExplainedOutcome, string>>>>> = {
  issue: {},
  find: {
    UNKNOWN: 'A resposta não diz se a nota existe: consulte outra vez. Até que se saiba, não envie a nota de novo.',
    UNAVAILABLE: 'A autoridade não atendeu à consulta, e nada se sabe da nota: consulte outra vez mais tarde.',
  },
  batch: {
    REJECTED:
      'O lote foi recusado: consulte o RPS (ConsultarNfsePorRps); se a nota não existir, corrija o que está indicado e reenvie com o mesmo número.',
    UNKNOWN:
      'O lote não diz o que houve com a nota, e isso não é final: consulte o lote (ConsultarLoteRps) e depois o RPS (ConsultarNfsePorRps).',
    UNAVAILABLE: 'A autoridade não atendeu à consulta, e nada se sabe do lote: consulte outra vez mais tarde.',
  },
  cancel: {
    DUPLICATE: 'O cancelamento já foi pedido antes: consulte a nota e seus eventos; se ela está cancelada, está feito.',
    REJECTED: 'Corrija o que está indicado e peça o cancelamento outra vez.',
    UNKNOWN: 'O resultado é desconhecido: consulte a nota e seus eventos antes de pedir o cancelamento outra vez.',
    UNAVAILABLE: 'A autoridade está indisponível e nada foi feito: peça o cancelamento mais tarde.',
  },
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

/** What to do after a question that was refused: the refusal is the question's, and says nothing of the note. */
const NEXT_OF_REFUSED_QUESTION: Readonly<Partial<Record<HandlingClass, string>>> = {
  BUG: 'A consulta foi montada errado, o que não diz se a nota existe: avise quem mantém o sistema e consulte outra vez.',
  CONFIG:
    'A consulta foi recusada pelo cadastro ou certificado, o que não diz se a nota existe: resolva-o e consulte outra vez.',
};
const REFUSED_QUESTION =
  'A consulta foi recusada, o que não diz se a nota existe: consulte outra vez. Até que se saiba, não envie a nota de novo.';
const UNLISTED =
  'Nenhuma tabela tem este código, e não está provado de quem é a falha: consulte a nota antes de tudo e leia o texto da autoridade.';

/** What to do now. @param deciding the class that decided, where the answer has codes */
export function nextAfter(outcome: ExplainedOutcome, asked?: Asked, deciding?: HandlingClass): string {
  if (deciding === 'UNLISTED' && outcome === 'UNKNOWN') return UNLISTED;
  const isQuestion = asked === 'find' || asked === 'batch';
  if (isQuestion && outcome === 'UNKNOWN' && deciding && !SAYS_NOTHING.has(deciding)) {
    return NEXT_OF_REFUSED_QUESTION[deciding] ?? REFUSED_QUESTION;
  }
  const ofRefusal = !isQuestion && deciding && OF_REFUSAL.has(outcome) ? NEXT_OF_REFUSAL[deciding] : undefined;
  return ofRefusal ?? (asked ? NEXT_ASKED[asked][outcome] : undefined) ?? NEXT[outcome];
}

const SAYS_NOTHING: ReadonlySet<HandlingClass> = new Set(['NOT_FOUND', 'EMPTY', 'ALERT', 'RETRY_LOOKUP']);
const OF_REFUSAL: ReadonlySet<ExplainedOutcome> = new Set(['REJECTED', 'UNAVAILABLE']);

/** Where the time of a cancellation is not told. */
export const UNDATED = 'sem data';
export const NOTHING_THERE = 'Nada consta na autoridade: reenviar o mesmo documento, com o mesmo número, é seguro.';
export const NOT_AN_ANSWER = 'O arquivo é um pedido ou documento nosso, e não uma resposta da autoridade.';
