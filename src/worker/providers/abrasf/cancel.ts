import { cancellationMessage, noteQuestion, shortCancellation } from '../../../nfse/abrasf/messages.ts';
import type { Cancellation, CancelOutcome } from '../provider.ts';
import { anotherQuestion, unknown, unsettled } from '../verdict.ts';
import { call } from './call.ts';
import { decideCity } from './decision.ts';
import { ask, type Desk } from './desk.ts';
import { unheard, withOffset } from './replies.ts';

/** Cancels a note, or finds that it is cancelled already. */
export async function cancel(desk: Desk, cancellation: Cancellation): Promise<CancelOutcome> {
  const { codes, deadlineDays, byWebService, shortForm } = desk.dialect.cancellation;
  if (!byWebService) return refusedHere('SEM_WEB_SERVICE', '/reasonCode', NO_WEB_SERVICE);
  const reasonCode = Object.entries(codes).find(([ours]) => ours === cancellation.reasonCode)?.[1];
  if (reasonCode === undefined) return refusedHere('E205', '/reasonCode', REASON_CODE);
  if (deadlineDays !== undefined && daysBetween(cancellation.issuedAt, cancellation.at) > deadlineDays) {
    return refusedHere('PRAZO', '/reasonCode', tooLate(desk.profile.name, deadlineDays));
  }
  const reply = shortForm
    ? await call(desk, 'CancelarNfse', signedShortRequest(desk, cancellation, shortForm), shortForm.data)
    : await call(desk, 'CancelarNfse', signedRequest(desk, cancellation, reasonCode));
  if (reply.kind === 'unavailable') return reply;
  if (reply.kind !== 'answer') {
    const left = unheard(reply, 'cancel');
    return left.kind === 'unknown' ? ((await cancelledBefore(desk, cancellation)) ?? left) : left;
  }
  const decision = decideCity(reply, 'cancel', { nfseNumber: cancellation.nfseNumber });
  switch (decision.kind) {
    case 'cancelled':
      return cancelled(cancellation, decision.cancellation.name, decision.cancellation.at, reply.xml);
    case 'already-used':
    case 'refused':
    case 'doubtful':
      // "Cancelled already", or "too late": perhaps after this very request was granted and its answer lost.
      return (await cancelledBefore(desk, cancellation)) ?? { kind: 'rejected', error: decision.refusal.error };
    case 'unavailable':
      return decision;
    case 'unknown':
    case 'pending': {
      const before = await cancelledBefore(desk, cancellation);
      if (before) return before;
      // The note stands, by the city's own word, and what the cancellation named is not there.
      return decision.refusal?.class === 'NOT_FOUND'
        ? { kind: 'rejected', error: decision.refusal.error }
        : unsettled(decision.reason);
    }
    case 'absent':
    case 'note':
      return (await cancelledBefore(desk, cancellation)) ?? anotherQuestion(reply.status);
  }
}

type ShortForm = NonNullable<Desk['dialect']['cancellation']['shortForm']>;

/** Nothing in the older request has an id, so that it is signed as a whole. */
function signedShortRequest({ dialect, signDocument }: Desk, cancellation: Cancellation, shortForm: ShortForm): string {
  const message = shortCancellation(cancellation, shortForm);
  return dialect.signature.cancellation ? signDocument(message) : message;
}

function signedRequest({ dialect, style, sign }: Desk, cancellation: Cancellation, reasonCode: string): string {
  const nationalReason = { code: cancellation.reasonCode, text: cancellation.reason };
  const message = cancellationMessage({ ...cancellation, reasonCode, nationalReason }, style);
  return sign(message, dialect.signature.cancellation && 'InfPedidoCancelamento');
}

/**
 * Whether the city has cancelled the note.
 *
 * @returns `undefined` when it says that the note stands; unknown when it does not say
 */
async function cancelledBefore(desk: Desk, cancellation: Cancellation): Promise<CancelOutcome | undefined> {
  const reply = await ask(desk, 'ConsultarNfsePorRps', noteQuestion(cancellation.dps, cancellation, desk.style));
  if (reply.kind !== 'answer') return unknown(reply.reason);
  const note = reply.answer.notes.find(({ number }) => number === cancellation.nfseNumber);
  if (!note) return unsettled(`HTTP ${reply.status}: the city hall does not show note ${cancellation.nfseNumber}`);
  return note.cancellation && cancelled(cancellation, note.cancellation.name, note.cancellation.at, reply.xml);
}

function cancelled(
  cancellation: Cancellation,
  name: string | undefined,
  localTime: string | undefined,
  xml: string,
): CancelOutcome {
  return {
    kind: 'cancelled',
    protocol: name ?? cancellation.nfseNumber,
    cancelledAt: withOffset(localTime, cancellation.municipalityCode) ?? cancellation.at,
    xml,
  };
}

const REASON_CODE = [
  'O código do motivo do cancelamento não existe.',
  'Use 1 (erro na emissão), 2 (serviço não prestado) ou 9 (outros).',
] as const;
const NO_WEB_SERVICE = [
  'O sistema deste município não cancela notas por integração.',
  'Cancele a nota no portal da prefeitura.',
] as const;
const tooLate = (city: string, days: number) =>
  [
    `O prazo de ${days} dias de ${city} para cancelar esta nota pela internet terminou.`,
    `Abra um processo de cancelamento na prefeitura de ${city}; até que ela decida, a nota continua válida.`,
  ] as const;

/** What the city is certain to refuse is not sent. */
function refusedHere(code: string, field: string, [message, howToFix]: readonly [string, string]): CancelOutcome {
  return { kind: 'rejected', error: { code, message, howToFix, field, source: 'not sent' } };
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}
