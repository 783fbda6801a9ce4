import { type AccessKey, hasAccessKeyShape, nfseNumberOf } from '../../../nfse/access-key.ts';
import { DocumentError, type NfseFacts, readNfse } from '../../../nfse/national/read-documents.ts';
import { classifyRejections, decideRejection, explainRejection } from '../../../nfse/national/rejections.ts';
import type { IssuedNote } from '../provider.ts';
import { codeOf, refusalError } from '../refusal-error.ts';
import type { HttpResponse } from '../transport.ts';
import type { Refusal } from '../verdict.ts';
import type { Envelope, Message } from './envelope.ts';

/** The refusal in an answer's messages, or `undefined` when it has none. What no table has is told as it came. */
export function refusalIn(envelope: Envelope | undefined): Refusal | undefined {
  const messages = envelope?.messages ?? [];
  const decided = decideRejection(messages.map(codeOf));
  if (!decided) return undefined;
  const classified = classifyRejections(messages.map(codeOf));
  const unlisted = messages.filter((_, place) => classified[place]?.known === false);
  return {
    class: decided.class,
    doubtful: unlisted.length > 0,
    error: refusalError({
      codes: [decided, ...classified],
      explain: explainRejection,
      authority: 'O sistema nacional',
      unlisted,
      said: messages.map(described),
    }),
  };
}

function described({ code, text }: Message): string {
  return code === '' || text.includes(code) ? text || code : `${code}: ${text}`;
}

/** The key of a note, where the answer is a success that names one, itself or by the note that it carries. */
export function accessKeyIn(
  response: Pick<HttpResponse, 'status'>,
  envelope: Envelope | undefined,
): AccessKey | undefined {
  if (!isSuccess(response) || !envelope) return undefined;
  const key = envelope.field('chaveAcesso');
  const trimmed = typeof key === 'string' ? key.trim().replace(/^NFS/i, '') : undefined;
  if (hasAccessKeyShape(trimmed)) return trimmed;
  const xml = envelope.document(envelope.field('nfseXmlGZipB64'));
  return xml === undefined ? undefined : read(() => readNfse(xml))?.accessKey;
}

/**
 * The note's XML and what it says, where both can be read and the document is the one the key names. An issued note whose
 * document is damaged in transit is issued all the same.
 */
export function noteIn(envelope: Envelope | undefined, key: AccessKey): { xml: string; facts: NfseFacts } | undefined {
  const xml = envelope?.document(envelope.field('nfseXmlGZipB64'));
  const facts = xml === undefined ? undefined : read(() => readNfse(xml));
  return xml !== undefined && facts?.accessKey === key ? { xml, facts } : undefined;
}

/**
 * A note as the worker wants it. The API has no receipt number: the id of the authorised document is what one cites.
 *
 * @param note what {@link noteIn} found in the answer
 * @param sentAt the declaration's own time, asked for where the answer tells none
 */
export function issuedNote(
  key: AccessKey,
  envelope: Envelope | undefined,
  note: ReturnType<typeof noteIn>,
  sentAt: () => string,
): IssuedNote {
  return {
    providerProtocol: `NFS${key}`,
    nfseNumber: note?.facts.nfseNumber ?? nfseNumberOf(key),
    accessKey: key,
    issuedAt: note?.facts.issuedAt ?? envelope?.processedAt ?? sentAt(),
    ...(note && { xml: note.xml }),
  };
}

export function isSuccess({ status }: Pick<HttpResponse, 'status'>): boolean {
  return status >= 200 && status < 300;
}

function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}
