import { localName } from '../nfse/abrasf/elements.ts';
import { OPERATIONS } from '../nfse/abrasf/operations.ts';
import { type AbrasfAnswer, readAnswer } from '../nfse/abrasf/read-answer.ts';
import type { AbrasfMessage } from '../nfse/abrasf/read-messages.ts';
import type { AbrasfNote } from '../nfse/abrasf/read-note.ts';
import { classifyAbrasf, decideAbrasfRejection, explainAbrasfRejection } from '../nfse/abrasf/rejections.ts';
import { unwrap } from '../nfse/abrasf/unwrap.ts';
import { formatCents } from '../nfse/cents.ts';
import {
  type Asked,
  type Circumstances,
  type ExplainedCode,
  type ExplainedNote,
  type ExplainedOutcome,
  type Explanation,
  NOTHING_THERE,
  nextAfter,
  outcomeOf,
} from './explanation.ts';

/** What an operation asks for; all others ask for a note or a batch. */
const ASKED: Readonly<Record<string, Asked>> = {
  GerarNfse: 'issue',
  RecepcionarLoteRpsSincrono: 'issue',
  RecepcionarLoteRps: 'issue',
  SubstituirNfse: 'issue',
  CancelarNfse: 'cancel',
};

/** What an answer of a city hall means; `undefined` for XML that is none. */
export function explainAbrasf(text: string, given: Circumstances): Explanation | undefined {
  const found = unwrap(text);
  if (found.kind === 'nothing') return undefined;
  if (found.kind === 'fault') {
    const outcome = given.status === 429 ? 'UNAVAILABLE' : 'UNKNOWN';
    const fault: ExplainedCode = {
      code: found.code,
      class: 'RETRY_LOOKUP',
      message: 'O serviço da prefeitura falhou ao processar a chamada (SOAP Fault).',
      howToFix: nextAfter(outcome, given.asked),
      source: found.reason,
    };
    return {
      provider: 'abrasf',
      operation: given.operation ?? 'unknown',
      outcome,
      codes: [fault],
      next: nextAfter(outcome, given.asked),
    };
  }
  const operation = operationOf(localName(found.root)) ?? operationOf(found.operation) ?? localName(found.root);
  const answer = readAnswer(found.root);
  const asked = given.asked ?? ASKED[operation] ?? 'find';
  const outcome = outcomeIn(answer, asked, given.status);
  const [note] = answer.notes;
  const cancelled = answer.cancellation;
  const shown = note ? noteOf(note) : cancelled && { number: cancelled.nfseNumber ?? '', cancelledAt: cancelled.at };
  const nothing = outcome === 'UNKNOWN' && asked === 'find' && isAbsent(answer);
  const deciding = decideAbrasfRejection(answer.messages.map(({ code }) => code))?.class;
  return {
    provider: 'abrasf',
    operation: given.operation ?? operation,
    outcome,
    ...(shown && { note: shown }),
    ...(answer.protocol !== undefined && { protocol: answer.protocol }),
    codes: [...answer.messages, ...answer.alerts].map(codeOf),
    next: nothing ? NOTHING_THERE : nextAfter(outcome, asked, deciding),
  };
}

/** The operation that an element of an answer is named after: `GerarNfseResposta`, `CancelarNfseResult`, `ConsultarLoteRpsV3Response`. */
function operationOf(name: string | undefined): string | undefined {
  const stem = name?.replace(/(?:V\d)?(?:Resposta|Response|Result|Retorno|Return)$/i, '');
  if (stem === undefined || stem === name) return undefined;
  const found = Object.entries(OPERATIONS).find(([operation, message]) =>
    [operation, message.replace(/Envio$/, '')].some((one) => one.toLowerCase() === stem.toLowerCase()),
  );
  return found?.[0] ?? stem;
}

function outcomeIn(answer: AbrasfAnswer, asked: Asked, status: number | undefined): ExplainedOutcome {
  const failed = status !== undefined && status >= 400;
  const [note] = answer.notes;
  if (note && !failed) return note.cancellation ? 'CANCELLED' : asked === 'issue' ? 'ISSUED' : 'FOUND';
  if (answer.cancellation && !failed) return 'CANCELLED';
  const decided = decideAbrasfRejection(answer.messages.map(({ code }) => code));
  if (decided && decided.class !== 'ALERT') return outcomeOf(decided.class);
  if (status === 429) return 'UNAVAILABLE';
  if (answer.batchStatus === '1' || answer.batchStatus === '2') return 'PENDING';
  if (answer.batchStatus === '3') return 'REJECTED';
  if (answer.protocol !== undefined && !failed) return 'PENDING';
  return 'UNKNOWN';
}

function isAbsent({ messages }: AbrasfAnswer): boolean {
  const codes = classifyAbrasf(messages.map(({ code }) => code));
  return codes.length > 0 && codes.every((one) => one.class === 'NOT_FOUND');
}

function codeOf({ code, text, correction }: AbrasfMessage): ExplainedCode {
  const [classified] = classifyAbrasf([code]);
  const { field, ...explained } = explainAbrasfRejection(code);
  return {
    code: classified?.code ?? code,
    class: classified?.class ?? 'FIX_DATA',
    ...explained,
    ...(field !== undefined && { pointer: field }),
    source: correction ? `${text} (${correction})` : text,
  };
}

function noteOf(note: AbrasfNote): ExplainedNote {
  return {
    number: note.number,
    ...(note.accessKey !== undefined && { accessKey: note.accessKey }),
    ...(note.rps && { dps: note.rps }),
    verificationCode: note.verificationCode,
    amount: note.amount && formatCents(note.amount),
    netAmount: note.netAmount && formatCents(note.netAmount),
    customerDocument: note.customerDocument,
    description: note.description,
    issuedAt: note.issuedAt,
    ...(note.cancellation && { cancelledAt: note.cancellation.at ?? 'sem data' }),
  };
}
