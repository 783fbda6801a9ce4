import { localName } from '../nfse/abrasf/elements.ts';
import { OPERATIONS } from '../nfse/abrasf/operations.ts';
import type { AbrasfMessage } from '../nfse/abrasf/read-messages.ts';
import type { AbrasfNote } from '../nfse/abrasf/read-note.ts';
import { classifyAbrasf, explainAbrasfRejection } from '../nfse/abrasf/rejections.ts';
import { isRefusedCall, unwrap } from '../nfse/abrasf/unwrap.ts';
import { formatCents } from '../nfse/cents.ts';
import { type CityDecision, decideCity } from '../worker/providers/abrasf/decision.ts';
import { type Asked, silence } from '../worker/providers/verdict.ts';
import {
  type Circumstances,
  decidingClass,
  type ExplainedCode,
  type ExplainedNote,
  type ExplainedOutcome,
  type Explanation,
  explainedCode,
  NOTHING_THERE,
  nextAfter,
  outcomeOf,
  UNDATED,
} from './explanation.ts';

/** What an operation asks for; all others ask for a note. */
const ASKED: Readonly<Record<string, Asked>> = {
  GerarNfse: 'issue',
  RecepcionarLoteRpsSincrono: 'issue',
  RecepcionarLoteRps: 'issue',
  SubstituirNfse: 'issue',
  ConsultarSituacaoLoteRps: 'batch',
  ConsultarLoteRps: 'batch',
  CancelarNfse: 'cancel',
};

/** What an answer of a city hall means; `undefined` for XML that is none. */
export function explainAbrasf(text: string, given: Circumstances): Explanation | undefined {
  const found = unwrap(text);
  if (found.kind === 'nothing') return undefined;
  if (found.kind === 'fault') {
    const silent = silence(given.status ?? 200, given.asked ?? 'issue', found.reason);
    const outcome = isRefusedCall(found.code) ? 'UNKNOWN' : outcomeOf(silent);
    const next = nextAfter(outcome, given.asked);
    const fault: ExplainedCode = {
      code: found.code,
      class: 'RETRY_LOOKUP',
      message: 'O serviço da prefeitura falhou ao processar a chamada (SOAP Fault).',
      howToFix: next,
      source: found.reason,
    };
    return { provider: 'abrasf', operation: given.operation ?? 'unknown', outcome, codes: [fault], next };
  }
  const operation = operationOf(localName(found.root)) ?? operationOf(found.operation) ?? localName(found.root);
  const asked = askedBy(operation, given.asked);
  const { answer } = found;
  const decision = decideCity({ status: given.status ?? 200, answer }, asked);
  const outcome = outcomeIn(decision, asked);
  const [note] = answer.notes;
  const cancelled = answer.cancellation;
  const shown = note ? noteOf(note) : cancelled && { number: cancelled.nfseNumber ?? '', cancelledAt: cancelled.at };
  return {
    provider: 'abrasf',
    operation: given.operation ?? operation,
    outcome,
    ...(shown && { note: shown }),
    ...(answer.protocol !== undefined && { protocol: answer.protocol }),
    codes: [...answer.messages, ...answer.alerts].map(codeOf),
    next: decision.kind === 'absent' ? NOTHING_THERE : nextAfter(outcome, asked, decidingIn(decision)),
  };
}

/** A batch's answer is one about a batch, even to somebody who asked for a note. */
function askedBy(operation: string, given: Asked | undefined): Asked {
  const named = Object.hasOwn(ASKED, operation) ? ASKED[operation] : undefined;
  return named === 'batch' && given === 'find' ? named : (given ?? named ?? 'find');
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

function outcomeIn(decision: CityDecision, asked: Asked): ExplainedOutcome {
  if (decision.kind === 'cancelled') return 'CANCELLED';
  if (decision.kind !== 'note') return outcomeOf(decision);
  return decision.note.cancellation ? 'CANCELLED' : asked === 'issue' ? 'ISSUED' : 'FOUND';
}

function decidingIn(decision: CityDecision) {
  return decision.kind === 'note' || decision.kind === 'cancelled' ? undefined : decidingClass(decision);
}

function codeOf({ code, text, correction }: AbrasfMessage): ExplainedCode {
  return explainedCode(CITY, code, correction ? `${text} (${correction})` : text);
}

const CITY = { name: 'A prefeitura', classify: classifyAbrasf, explain: explainAbrasfRejection } as const;

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
    ...(note.cancellation && { cancelledAt: note.cancellation.at ?? UNDATED }),
  };
}
