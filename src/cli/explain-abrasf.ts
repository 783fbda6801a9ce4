import { localName } from '../nfse/abrasf/elements.ts';
import { OPERATIONS } from '../nfse/abrasf/operations.ts';
import { type AbrasfAnswer, type AbrasfMessage, readAnswer } from '../nfse/abrasf/read-answer.ts';
import type { AbrasfNote } from '../nfse/abrasf/read-note.ts';
import { classifyAbrasf, decideAbrasfRejection, explainAbrasfRejection } from '../nfse/abrasf/rejections.ts';
import { unwrap } from '../nfse/abrasf/soap-envelope.ts';
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

/** What each answer's root says was asked. */
const ASKED: Readonly<Record<string, Asked>> = {
  GerarNfseResposta: 'issue',
  EnviarLoteRpsSincronoResposta: 'issue',
  EnviarLoteRpsResposta: 'issue',
  SubstituirNfseResposta: 'issue',
  CancelarNfseResposta: 'cancel',
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
  const root = localName(found.root);
  const answer = readAnswer(found.root);
  const asked = given.asked ?? ASKED[root] ?? 'find';
  const outcome = outcomeIn(answer, asked, given.status);
  const [note] = answer.notes;
  const cancelled = answer.cancellation;
  const shown = note ? noteOf(note) : cancelled && { number: cancelled.nfseNumber ?? '', cancelledAt: cancelled.at };
  const nothing = outcome === 'UNKNOWN' && asked === 'find' && isAbsent(answer);
  const deciding = decideAbrasfRejection(answer.messages.map(({ code }) => code))?.class;
  return {
    provider: 'abrasf',
    operation: given.operation ?? operationOf(root),
    outcome,
    ...(shown && { note: shown }),
    ...(answer.protocol !== undefined && { protocol: answer.protocol }),
    codes: [...answer.messages, ...answer.alerts].map(codeOf),
    next: nothing ? NOTHING_THERE : nextAfter(outcome, asked, deciding),
  };
}

function operationOf(root: string): string {
  const request = root.replace(/Resposta$/, 'Envio');
  const [operation = root.replace(/Resposta$/, '')] =
    Object.entries(OPERATIONS).find(([, message]) => message === request) ?? [];
  return operation;
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
    verificationCode: note.verificationCode,
    amount: note.amount && formatCents(note.amount),
    netAmount: note.netAmount && formatCents(note.netAmount),
    customerDocument: note.customerDocument,
    description: note.description,
    issuedAt: note.issuedAt,
    ...(note.cancellation && { cancelledAt: note.cancellation.at ?? 'sem data' }),
  };
}
