import type { AccessKey } from '../../../nfse/access-key.ts';
import type { HttpResponse } from '../transport.ts';
import { type Asked, type Refusal, silence, unsettled, type Verdict, verdictOf } from '../verdict.ts';
import { accessKeyIn, isSuccess, refusalIn } from './answers.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { cancellingOne, eventsIn, type RegisteredEvent } from './events.ts';

/** What an answer of the national system comes to. */
export type NationalDecision =
  | { readonly kind: 'cancelled'; readonly event: RegisteredEvent }
  | { readonly kind: 'note'; readonly key: AccessKey; readonly envelope: Envelope }
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
  if (key && envelope) return { kind: 'note', key, envelope };
  if (events.length > 0) return { kind: 'standing', events };
  if (asked === 'find' && statesAbsence(response.status, envelope)) return { kind: 'absent' };

  const { status } = response;
  const refusal = refusalIn(envelope);
  const reason = refusal ? `HTTP ${status}: ${refusal.error.source}` : `HTTP ${status} without a readable answer`;
  const silent = silence(status, asked, reason);
  if (refusal && !(silent.kind === 'unavailable' && isOfGateway(envelope, refusal))) {
    const verdict = verdictOf(refusal, asked);
    return 'reason' in verdict ? { ...verdict, reason } : verdict;
  }
  return envelope && !refusal && silent.kind === 'unknown' ? unsettled(reason) : silent;
}

/** A gateway has codes of its own, and never the head of the API. */
function isOfGateway(envelope: Envelope | undefined, refusal: Refusal): boolean {
  return !envelope?.hasHead && refusal.class === 'UNLISTED';
}

/**
 * Whether the API says that there is no such document. A 404 of a gateway or of a mistyped base URL says nothing about it, and
 * neither does one that carries a refusal: of the certificate, say.
 */
export function statesAbsence(status: number, envelope: Envelope | undefined): boolean {
  if (!envelope || envelope.field('StatusProcessamento') === 'REJEICAO') return false;
  const refusal = refusalIn(envelope);
  const saysNothing = !refusal || refusal.class === 'EMPTY' || refusal.class === 'NOT_FOUND';
  if (status === 404) return envelope.hasHead && (saysNothing || refusal.class === 'UNLISTED');
  return isSuccess({ status }) && refusal !== undefined && saysNothing && envelope.hasHead;
}
