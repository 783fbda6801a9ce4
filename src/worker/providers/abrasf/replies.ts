import type { Requester } from '../../../nfse/abrasf/messages.ts';
import type { AbrasfNote } from '../../../nfse/abrasf/read-note.ts';
import type { RpsFacts } from '../../../nfse/abrasf/read-rps.ts';
import { parseMunicipalityCode, utcOffsetOf } from '../../../nfse/municipality.ts';
import type { IssuedNote, Unavailable, Unknown } from '../provider.ts';
import { type Asked, silence, unsettled } from '../verdict.ts';
import type { Reply } from './call.ts';
import type { Desk } from './desk.ts';

export type Answered = Reply & { readonly kind: 'answer' };

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

/** Nothing readable came back. A service that calls the request wrong by a SOAP fault is not silent. */
export function unheard(reply: Silence, asked: Asked): Unavailable | Unknown {
  if (reply.kind !== 'unreadable') return reply;
  return reply.isRefusal ? unsettled(reply.reason) : silence(reply.status, asked, reply.reason);
}
