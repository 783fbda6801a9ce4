import { isAffirmed } from '../../../nfse/abrasf/read-cancellation.ts';
import type { AccessKey } from '../../../nfse/access-key.ts';
import { wordsStateAbsence, wordsStateCancellation, wordsStatePresence } from '../../../nfse/rejections/stated.ts';
import type { HttpResponse } from '../transport.ts';
import { type Asked, type Refusal, silence, unsettled, type Verdict, verdictOf } from '../verdict.ts';
import { accessKeyIn, isSuccess, refusalIn } from './answers.ts';
import { type Envelope, type Message, NAMES_A_NOTE, readEnvelope } from './envelope.ts';
import { cancellingOne, eventsIn, type RegisteredEvent } from './events.ts';

/** What an answer of the national system comes to. */
export type NationalDecision =
  | { readonly kind: 'cancelled'; readonly event: RegisteredEvent }
  | { readonly kind: 'note'; readonly key: AccessKey; readonly envelope: Envelope; readonly isCancelled: boolean }
  /** Events, none of which cancels: the note they name stands. */
  | { readonly kind: 'standing'; readonly events: readonly RegisteredEvent[] }
  | Verdict;

/**
 * Decides what an answer means. Its content does, before its status: a key is a note, a code is a refusal, and anything else leaves the
 * outcome unknown.
 *
 * @param response with status 200 where it is not known
 */
export function decideNational(
  response: Pick<HttpResponse, 'status' | 'body' | 'texts'>,
  asked: Asked,
): NationalDecision {
  const envelope = readEnvelope(response);
  const events = envelope && isSuccess(response) ? eventsIn(envelope) : [];
  const event = cancellingOne(events);
  if (event) return { kind: 'cancelled', event };
  const key = accessKeyIn(response, envelope);
  if (key && envelope) return { kind: 'note', key, envelope, isCancelled: saysCancelled(envelope) };
  if (events.length > 0) return { kind: 'standing', events };

  const { status } = response;
  const refusal = refusalIn(envelope);
  if (asked === 'find' && statesAbsence(status, envelope, refusal)) return { kind: 'absent' };
  const reason = refusal ? `HTTP ${status}: ${refusal.error.source}` : `HTTP ${status} without a readable answer`;
  const silent = silence(status, asked, reason);
  if (refusal && !(silent.kind === 'unavailable' && isOfGateway(envelope, refusal))) {
    const verdict = verdictOf(refusal, asked);
    return 'reason' in verdict ? { ...verdict, reason } : verdict;
  }
  return envelope && !refusal && silent.kind === 'unknown' ? unsettled(reason) : silent;
}

/** Whether an answer about a note says by a status or a flag that it is no longer valid. */
function saysCancelled({ field }: Envelope): boolean {
  const statuses = ['status', 'situacao', 'statusNfse', 'situacaoNfse'].map(field);
  const flags = ['cancelada', 'nfseCancelada'].map(field);
  return (
    statuses.some((status) => typeof status === 'string' && wordsStateCancellation(status)) ||
    flags.some((flag) => flag !== undefined && isAffirmed(String(flag)))
  );
}

/** A gateway has codes of its own, and never the head of the API. */
function isOfGateway(envelope: Envelope | undefined, refusal: Refusal): boolean {
  return !envelope?.hasHead && refusal.class === 'UNLISTED';
}

/**
 * Whether the API says that there is no such document. A 404 of a gateway or of a mistyped base URL says nothing about it, and
 * neither does one that carries a refusal, of the certificate say, or that shows a note, an event or a document all the same. A code
 * that no table has counts by its text alone.
 */
function statesAbsence(status: number, envelope: Envelope | undefined, refusal: Refusal | undefined): boolean {
  if (!envelope?.hasHead || showsSomething(envelope)) return false;
  if (envelope.messages.some(({ text }) => wordsStatePresence(text))) return false;
  const saysNothing = !refusal || refusal.class === 'EMPTY' || refusal.class === 'NOT_FOUND';
  if (status === 404) return saysNothing || (refusal.class === 'UNLISTED' && envelope.messages.every(isOfAbsence));
  return isSuccess({ status }) && refusal !== undefined && saysNothing;
}

function isOfAbsence({ code, text }: Message): boolean {
  return wordsStateAbsence(code) || wordsStateAbsence(text);
}

/** Whether an answer names a note, or has a status other than that there is nothing. */
function showsSomething({ field }: Envelope): boolean {
  const named = [...NAMES_A_NOTE, 'eventos', 'LoteDFe'].map(field);
  if (named.some((value) => (typeof value === 'string' || Array.isArray(value)) && value.length > 0)) return true;
  const status = field('StatusProcessamento');
  return status !== undefined && !/^NENHUM/i.test(String(status));
}
