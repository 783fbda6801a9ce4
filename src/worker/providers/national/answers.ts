import { type AccessKey, hasAccessKeyShape, nfseNumberOf } from '../../../nfse/access-key.ts';
import { CANCELLATION } from '../../../nfse/national/cancellation-request.ts';
import { DocumentError, type NfseFacts, readEvent, readNfse } from '../../../nfse/national/read-documents.ts';
import { decideRejection, explainRejection, type RejectionClass } from '../../../nfse/national/rejections.ts';
import type { IssuedNote, ProviderError } from '../provider.ts';
import type { HttpResponse } from '../transport.ts';
import { unpack } from './packaging.ts';

/** One message of the authority. */
export interface Message {
  readonly code: string;
  readonly text: string;
}

/** An answer that comes from the API itself and not from something in front of it. */
export interface Envelope {
  readonly field: (name: string) => unknown;
  /** The XML that a field carries packed. */
  readonly document: (packed: unknown) => string | undefined;
  readonly messages: readonly Message[];
  /** `dataHoraProcessamento` as ISO 8601 with offset, whole seconds. */
  readonly processedAt: string | undefined;
}

/** Why an answer does not settle the matter, and whether the authority may have acted. */
export type Refusal = { readonly class: RejectionClass; readonly error: ProviderError };

export interface RegisteredEvent {
  readonly protocol: string;
  /** ISO 8601 with offset, where the answer says. */
  readonly cancelledAt: string | undefined;
  readonly xml: string | undefined;
}

const MAX_SOURCE = 2000;
/** The API's answers have five levels; a text of the authority may have a few brackets of its own. */
const MAX_DEPTH = 200;
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Reads an answer's JSON. Names are compared without case: the API mixes `Codigo` with `codigo` and `idDPS` with `idDps`.
 *
 * @returns `undefined` for HTML, other JSON and broken JSON, whatever the status: gateways answer those
 */
export function readEnvelope(response: HttpResponse): Envelope | undefined {
  const field = fieldsOf(parseJson(response.body));
  if (!field) return undefined;
  const messages = [...messagesIn(field('erros')), ...messagesIn(field('erro'))];
  const fromTheApi = field('tipoAmbiente') !== undefined && field('dataHoraProcessamento') !== undefined;
  if (!fromTheApi && messages.length === 0) return undefined;
  return {
    field,
    document: (packed) => unpack(packed, response.texts),
    messages,
    processedAt: isoTime(field('dataHoraProcessamento')),
  };
}

/** The refusal in an answer's messages, or `undefined` when it has none. */
export function refusalIn(envelope: Envelope | undefined): Refusal | undefined {
  const messages = envelope?.messages ?? [];
  const decided = decideRejection(messages.map((message) => message.code));
  if (!decided) return undefined;
  const codes = [decided.code, ...messages.map((message) => message.code).filter((code) => code !== decided.code)];
  const explained = [...new Set(codes)].slice(0, 5).map(explainRejection);
  const field = explained[0]?.field;
  return {
    class: decided.class,
    error: {
      code: decided.code,
      message: distinct(explained.map((one) => one.message)),
      howToFix: distinct(explained.map((one) => one.howToFix)),
      ...(field !== undefined && { field }),
      source: messages
        .map(({ code, text }) => `${code}: ${text}`)
        .join('; ')
        .slice(0, MAX_SOURCE),
    },
  };
}

/** The key of a note, where the answer is a success that names one. */
export function accessKeyIn(response: HttpResponse): AccessKey | undefined {
  if (!isSuccess(response)) return undefined;
  const key = fieldsOf(parseJson(response.body))?.('chaveAcesso');
  const trimmed = typeof key === 'string' ? key.trim() : undefined;
  return hasAccessKeyShape(trimmed) ? trimmed : undefined;
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

/**
 * The event in the answer to its registration or its consultation: one document, or, since version 1.6, a list. An entry of
 * the list counts although its document cannot be read, as it names the note and the event itself.
 */
export function eventIn(
  response: HttpResponse,
  key: AccessKey,
  type: string = CANCELLATION,
): RegisteredEvent | undefined {
  const envelope = isSuccess(response) ? readEnvelope(response) : undefined;
  if (!envelope) return undefined;
  const direct = eventDocument(envelope.document(envelope.field('eventoXmlGZipB64')), key, type);
  if (direct) return direct;
  const listed = envelope.field('eventos');
  for (const entry of Array.isArray(listed) ? listed : []) {
    const field = fieldsOf(entry);
    if (!field || field('chaveAcesso') !== key || String(field('tipoEvento')) !== type) continue;
    const document = eventDocument(envelope.document(field('arquivoXml')), key, type);
    if (document) return document;
    // Its own time of receipt has no offset, so the envelope's is the better one.
    return { protocol: `EVT${key}${type}001`, cancelledAt: envelope.processedAt, xml: undefined };
  }
  return undefined;
}

/** A 404 of the API itself. One of a gateway or of a mistyped base URL says nothing about the document. */
export function isAbsent(response: HttpResponse): boolean {
  return response.status === 404 && readEnvelope(response) !== undefined;
}

export function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function eventDocument(xml: string | undefined, key: AccessKey, type: string): RegisteredEvent | undefined {
  const facts = xml === undefined ? undefined : read(() => readEvent(xml));
  if (facts?.accessKey !== key || facts.type !== type) return undefined;
  return { protocol: facts.id, cancelledAt: facts.processedAt, xml };
}

function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}

function parseJson(body: string): unknown {
  if (isDeep(body)) return undefined;
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/**
 * Whether something is nested beyond reason. Found before the parser is asked, which keeps a record for each level that is open:
 * half a megabyte of brackets would cost forty of memory. Brackets within texts count as well, as long as they open.
 */
function isDeep(body: string): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const character = body.charCodeAt(at);
    if (character === OPENING_BRACKET || character === OPENING_BRACE) depth++;
    else if (character === CLOSING_BRACKET || character === CLOSING_BRACE) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function fieldsOf(value: unknown): ((name: string) => unknown) | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map(Object.entries(value).map(([name, content]) => [name.toLowerCase(), content]));
  return (name) => fields.get(name.toLowerCase()) ?? undefined;
}

/** `erros` is a list, `erro` an object or a list; a scalar `erro` comes from a gateway and is no message of the authority. */
function messagesIn(value: unknown): readonly Message[] {
  const entries = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => {
    const field = fieldsOf(entry);
    const code = field?.('codigo');
    if (!field || typeof code !== 'string' || code.trim() === '') return [];
    const details = [field('descricao') ?? field('mensagem'), field('complemento')];
    const text = details.filter((detail) => typeof detail === 'string' && detail !== '').join(' - ');
    return [{ code: code.trim().toUpperCase().slice(0, 20), text }];
  });
}

/** Seven fractional digits and an offset in, whole seconds out. */
function isoTime(value: unknown): string | undefined {
  const match =
    typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
  if (!match || Number.isNaN(Date.parse(`${match[1]}${match[2]}`))) return undefined;
  return `${match[1]}${match[2]}`;
}

function distinct(sentences: readonly string[]): string {
  return [...new Set(sentences)].join(' ');
}
