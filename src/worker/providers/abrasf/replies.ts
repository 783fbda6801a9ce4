import type { Requester } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfNote } from '../../../nfse/abrasf/read-note.ts';
import type { RpsFacts } from '../../../nfse/abrasf/read-rps.ts';
import { parseMunicipalityCode, utcOffsetOf } from '../../../nfse/municipality.ts';
import type { IssuedNote, Pending, Unavailable, Unknown } from '../provider.ts';
import type { Reply } from './call.ts';
import type { Desk } from './desk.ts';

export type Answered = Reply & { readonly kind: 'answer' };

/** The note of our RPS, where the answer is a success that has one. A batch's answer may have notes of others. */
export function noteOf(reply: Answered, rps: RpsFacts): AbrasfNote | undefined {
  if (!isSuccess(reply)) return undefined;
  return reply.answer.notes.find(
    (note) => note.rps?.number === rps.number && (note.rps.series === undefined || note.rps.series === rps.series),
  );
}

export function isSuccess({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

/** A note as the worker wants it. */
export function issuedNote(
  desk: Desk,
  note: AbrasfNote,
  rps: RpsFacts,
  { xml }: Answered,
  protocol?: string,
): IssuedNote {
  const sentAt = rps.issuedAt.includes('T') ? rps.issuedAt : `${rps.issuedAt}T00:00:00`;
  const issuedAt = withOffset(note.issuedAt ?? sentAt, desk.profile.code) ?? sentAt;
  return {
    providerProtocol: protocol ?? note.number,
    nfseNumber: note.number,
    ...(note.accessKey !== undefined && { accessKey: note.accessKey }),
    ...(note.verificationCode !== undefined && { verificationCode: note.verificationCode }),
    issuedAt,
    xml,
  };
}

/** The model's times are the city's own, without an offset. */
export function withOffset(localTime: string | undefined, municipalityCode: string): string | undefined {
  const code = parseMunicipalityCode(municipalityCode);
  const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(localTime ?? '');
  return match && code ? `${match[0]}${utcOffsetOf(code)}` : undefined;
}

export function requesterOf({ companyCnpj, municipalRegistration }: RpsFacts): Requester {
  return { companyCnpj, municipalRegistration };
}

type Silence = Exclude<Reply, { kind: 'answer' }>;

/** Nothing readable came back from a call that may have had an effect. Only 429 says for certain that it had none. */
export function unsettled(reply: Silence): Unavailable | Unknown {
  if (reply.kind !== 'unreadable') return reply;
  return reply.status === 429 ? unavailable(reply.reason) : unknown(reply.reason);
}

/** The same from a question: asking again is free, so this only reports whose turn it is. */
export function unread(reply: Silence): Unavailable | Unknown {
  if (reply.kind !== 'unreadable') return reply;
  return reply.status === 429 || reply.status >= 500 ? unavailable(reply.reason) : unknown(reply.reason);
}

export function pending(reason: string, protocol?: string): Pending {
  return { kind: 'pending', reason, ...(protocol !== undefined && { protocol }) };
}

export function unavailable(reason: string): Unavailable {
  return { kind: 'unavailable', reason };
}

export function unknown(reason: string): Unknown {
  return { kind: 'unknown', reason };
}
