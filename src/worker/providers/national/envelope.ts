import { unpack } from '../../../nfse/national/packaging.ts';
import type { HttpResponse } from '../transport.ts';

/** One message of the authority, as it came. */
export interface Message {
  /** Empty where there is a text alone. */
  readonly code: string;
  readonly text: string;
}

/** An answer that comes from the API itself and not from something in front of it. */
export interface Envelope {
  readonly field: (name: string) => unknown;
  /** The XML that a field carries packed. */
  readonly document: (packed: unknown) => string | undefined;
  readonly messages: readonly Message[];
  /** Whether it has the head that every answer of the API has: only then a 404 is about the document and not about the path. */
  readonly hasHead: boolean;
  /** `dataHoraProcessamento` as ISO 8601 with offset, whole seconds. */
  readonly processedAt: string | undefined;
}

/** The API's answers have five levels; a text of the authority may have a few brackets of its own. */
const MAX_DEPTH = 200;
const MAX_MESSAGES = 200;
const MAX_CODE = 40;
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
/** What no gateway answers with. */
export const NAMES_A_NOTE = ['chaveAcesso', 'nfseXmlGZipB64', 'eventoXmlGZipB64'];
/** Where messages stand: in a list, as one object, or as a text. */
const CONTAINERS = ['erros', 'erro', 'errors', 'mensagens', 'listaErros', 'listaMensagemRetorno', 'mensagemRetorno'];

/**
 * Reads an answer's JSON. Names are compared without case: the API mixes `Codigo` with `codigo` and `idDPS` with `idDps`. Messages count
 * wherever they stand, be the whole answer nothing but a list of them, one of them, or its text.
 *
 * @returns `undefined` for HTML, other JSON and broken JSON, whatever the status: gateways answer those
 */
export function readEnvelope(response: Pick<HttpResponse, 'body' | 'texts'>): Envelope | undefined {
  const outer = parseJson(response.body);
  const value = withEvents(typeof outer === 'string' ? (jsonIn(outer) ?? outer) : outer);
  const field = fieldsOf(Array.isArray(value) && value.length === 1 ? value[0] : value) ?? (() => undefined);
  const hasHead = field('tipoAmbiente') !== undefined && field('dataHoraProcessamento') !== undefined;
  const contained = CONTAINERS.flatMap((name) => messagesIn(field(name), hasHead));
  const bare = contained.length > 0 ? [] : messagesIn(value, false);
  const messages = [...contained, ...bare];
  const namesOne = NAMES_A_NOTE.some((name) => typeof field(name) === 'string') || isEvent(field('eventos'));
  if (!hasHead && messages.length === 0 && !namesOne) return undefined;
  return {
    field,
    document: (packed) => unpack(packed, response.texts),
    messages: messages.slice(0, MAX_MESSAGES),
    hasHead,
    processedAt: isoTime(field('dataHoraProcessamento')),
  };
}

/** An answer that is nothing but events, or one event, as if they stood in their list. */
function withEvents(value: unknown): unknown {
  if (!isEvent(value)) return value;
  return Array.isArray(value) ? { eventos: value } : { ...(value as object), eventos: [value] };
}

function isEvent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isEvent);
  return fieldsOf(value)?.('tipoEvento') !== undefined;
}

/** The members of an answer, whoever wrote it, by their names without case. */
export function fieldsOf(value: unknown): ((name: string) => unknown) | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map(Object.entries(value).map(([name, content]) => [name.toLowerCase(), content]));
  return (name) => fields.get(name.toLowerCase()) ?? undefined;
}

/**
 * @param isAuthority whether it is certain who speaks: a text without a code may be that of a gateway
 */
function messagesIn(value: unknown, isAuthority: boolean): readonly Message[] {
  if (Array.isArray(value)) return value.flatMap((entry) => messagesIn(entry, isAuthority));
  if (typeof value === 'string') {
    const text = value.trim();
    const inText = messagesIn(jsonIn(text), isAuthority);
    if (inText.length > 0) return inText;
    const [, leading] = LEADING_CODE.exec(text) ?? [];
    if (leading === undefined && !(isAuthority && text !== '')) return [];
    return [{ code: leading ?? '', text }];
  }
  const field = fieldsOf(value);
  if (!field) return [];
  const nested = CONTAINERS.flatMap((name) => messagesIn(field(name), isAuthority));
  if (nested.length > 0) return nested;
  const inner = field('mensagem');
  if (typeof inner === 'object' && inner !== null) return messagesIn(inner, isAuthority);
  const code = field('codigo') ?? field('code');
  const details = [field('descricao') ?? inner ?? field('message'), field('complemento')];
  const text = details.filter((detail) => typeof detail === 'string' && detail !== '').join(' - ');
  const own = typeof code === 'string' || typeof code === 'number' ? String(code).trim() : '';
  const given = own || (LEADING_CODE.exec(text)?.[1] ?? '');
  if (given === '' && (!isAuthority || text === '')) return [];
  return [{ code: given.slice(0, MAX_CODE), text }];
}

/** `E0188: …`, `RNG9999 - …`, `[E0188] …` */
const LEADING_CODE = /^\[?((?:E|RNG)\d{3,5})\b/;

/** JSON that was put into a text. */
function jsonIn(text: string): unknown {
  return /^\s*[{[]/.test(text) ? parseJson(text) : undefined;
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

/** Seven fractional digits and an offset in, whole seconds out. */
function isoTime(value: unknown): string | undefined {
  const match =
    typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
  if (!match || Number.isNaN(Date.parse(`${match[1]}${match[2]}`))) return undefined;
  return `${match[1]}${match[2]}`;
}
