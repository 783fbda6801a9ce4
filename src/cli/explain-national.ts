import { hasAccessKeyShape, nfseNumberOf } from '../nfse/access-key.ts';
import { formatCents } from '../nfse/cents.ts';
import { DocumentError, type NfseFacts, readEvent, readNfse } from '../nfse/national/read-documents.ts';
import { decideRejection, explainRejection } from '../nfse/national/rejections.ts';
import { descend, parseXml } from '../nfse/xml.ts';
import { readEnvelope } from '../worker/providers/national/answers.ts';
import { unpack } from '../worker/providers/national/packaging.ts';
import {
  type Asked,
  type Circumstances,
  type ExplainedNote,
  type ExplainedOutcome,
  type Explanation,
  NOT_AN_ANSWER,
  NOTHING_THERE,
  nextAfter,
  outcomeOf,
} from './explanation.ts';

/** Events after which a note is no longer valid. */
const CANCELLING = new Set(['101101', '105102', '105104', '305101']);
/** Codes that only events are refused by. */
const EVENT_CODE = /^E0[89]\d\d$/;

/** What a national answer means, from its JSON; `undefined` for JSON that is none. */
export function explainNationalJson(source: string, given: Circumstances): Explanation | undefined {
  const text = innermost(source);
  const envelope = readEnvelope({ status: given.status ?? 200, headers: {}, body: text });
  const field = (name: string) => envelope?.field(name);
  if (/^\s*\{\s*"(?:dpsXmlGZipB64|pedidoRegistroEventoXmlGZipB64)"/.test(text)) return notAnAnswer(given);
  if (!envelope) return undefined;

  const noteXml = unpack(field('nfseXmlGZipB64')) ?? distributedNote(field('LoteDFe'));
  const eventXml = unpack(field('eventoXmlGZipB64')) ?? eventInList(field('eventos'));
  const asked = given.asked ?? askedBy(field, envelope.messages);
  const key = field('chaveAcesso');
  const note = noteXml === undefined ? undefined : noteIn(noteXml);
  const named = hasAccessKeyShape(key) ? { number: nfseNumberOf(key), accessKey: key } : undefined;
  const event = eventXml === undefined ? undefined : eventIn(eventXml);
  const failed = given.status !== undefined && given.status >= 400;
  const decided = decideRejection(envelope.messages.map(({ code }) => code));
  // 401, 403, 429 and a gateway's 5xx do not say that there is nothing.
  const mayBeAbsent = asked === 'find' && (given.status === undefined || given.status === 404);
  const absent = mayBeAbsent && (decided?.class === 'EMPTY' || noCode(envelope.messages));
  const codes = envelope.messages.map(({ code, text: words }) => explainedCode(code, words, absent));

  const outcome = ((): ExplainedOutcome => {
    if (!failed && event && CANCELLING.has(event.type)) return 'CANCELLED';
    if (!failed && (note ?? named)) return asked === 'find' ? 'FOUND' : 'ISSUED';
    if (!failed && field('StatusProcessamento') === 'DOCUMENTOS_LOCALIZADOS') return 'FOUND';
    if (given.status === 429) return 'UNAVAILABLE';
    if (absent) return 'UNKNOWN';
    return decided ? outcomeOf(decided.class) : 'UNKNOWN';
  })();
  const shown =
    note ??
    named ??
    (event && { number: nfseNumberOf(event.accessKey), accessKey: event.accessKey, cancelledAt: event.processedAt });
  return {
    provider: 'national',
    operation: given.operation ?? (field('eventos') === undefined ? OPERATION[asked] : EVENT_LOOKUP),
    outcome,
    ...(shown && { note: shown }),
    codes,
    next: absent ? NOTHING_THERE : nextAfter(outcome, asked, decided?.class),
  };
}

/** What a national document means by itself; `undefined` for XML that is none. */
export function explainNationalXml(text: string, given: Circumstances): Explanation | undefined {
  const root = /^(?:<\?xml[^>]*\?>)?\s*<(?:[\w.-]+:)?(DPS|NFSe|evento|pedRegEvento)[\s>]/.exec(
    text.slice(0, 1000),
  )?.[1];
  if (root === 'DPS' || root === 'pedRegEvento') return notAnAnswer(given);
  const operation = given.operation ?? 'document';
  if (given.status !== undefined && given.status >= 400) return undefined; // whatever it is, it is no answer of theirs
  const note = root === 'NFSe' ? noteIn(text) : undefined;
  if (note) {
    const outcome = given.asked === 'find' ? 'FOUND' : 'ISSUED';
    return { provider: 'national', operation, outcome, note, codes: [], next: nextAfter(outcome) };
  }
  const event = root === 'evento' ? eventIn(text) : undefined;
  if (!event) return undefined;
  const outcome = CANCELLING.has(event.type) ? 'CANCELLED' : 'UNKNOWN';
  const shown = {
    number: nfseNumberOf(event.accessKey),
    accessKey: event.accessKey,
    cancelledAt: event.processedAt,
  };
  return { provider: 'national', operation, outcome, note: shown, codes: [], next: nextAfter(outcome) };
}

/** JSON that was put into a text or a list on its way into the file. */
function innermost(text: string): string {
  let here = text;
  for (let wrapped = 0; wrapped < MOST_WRAPPINGS && /^\s*["[]/.test(here); wrapped++) here = unwrapped(here) ?? here;
  return here;
}

const MOST_WRAPPINGS = 3;

function unwrapped(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const [only, second] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (second !== undefined) return undefined;
    return typeof only === 'string' ? only : JSON.stringify(only);
  } catch (error) {
    // Broken, or nested deeper than anything that an authority sends.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const EVENT_LOOKUP = 'GET /nfse/{chave}/eventos';
const OPERATION = { issue: 'POST /nfse', find: 'GET', cancel: 'POST /nfse/{chave}/eventos' } as const;

/** Answers differ in what they carry: a list of refusals is a declaration's, one is an event's or a lookup's. */
function askedBy(field: (name: string) => unknown, messages: readonly { readonly code: string }[]): Asked {
  if (field('eventoXmlGZipB64') !== undefined || field('eventos') !== undefined) return 'cancel';
  if (field('StatusProcessamento') !== undefined) return 'find';
  if (field('chaveAcesso') !== undefined) {
    return field('idDps') !== undefined && field('nfseXmlGZipB64') !== undefined ? 'issue' : 'find';
  }
  if (field('erros') !== undefined) return 'issue';
  return messages.some(({ code }) => EVENT_CODE.test(code)) ? 'cancel' : 'find';
}

/** The API's 404 has a text where a code should be. */
function noCode(codes: readonly { readonly code: string }[]): boolean {
  return codes.length === 0 || codes.every(({ code }) => !CODE.test(code));
}

const CODE = /^[A-Z]+\d+$/;

/** @param absent whether what stands for a code says that there is nothing */
function explainedCode(code: string, source: string, absent: boolean) {
  if (absent && !CODE.test(code)) {
    return {
      code,
      class: 'EMPTY' as const,
      message: 'A autoridade não tem este documento.',
      howToFix: NOTHING_THERE,
      source,
    };
  }
  const { field, ...explained } = explainRejection(code);
  const handling = decideRejection([code])?.class ?? 'FIX_DATA';
  return { code, class: handling, ...explained, ...(field !== undefined && { pointer: field }), source };
}

function noteIn(xml: string): ExplainedNote | undefined {
  const facts = attempt(() => readNfse(xml));
  return facts && { ...factsOf(facts), netAmount: descend(parseXml(xml), 'infNFSe', 'valores', 'vLiq')?.text };
}

function factsOf({ nfseNumber, accessKey, issuedAt, dps }: NfseFacts): ExplainedNote {
  const { amount, customerDocument, description, series, number } = dps;
  return {
    number: nfseNumber,
    accessKey,
    dps: { series, number },
    amount: formatCents(amount),
    customerDocument,
    description,
    issuedAt,
  };
}

function eventIn(xml: string) {
  return attempt(() => readEvent(xml));
}

function eventInList(list: unknown): string | undefined {
  const [first] = Array.isArray(list) ? list : [];
  return typeof first === 'object' && first !== null && 'arquivoXml' in first ? unpack(first.arquivoXml) : undefined;
}

/** The first note of a distribution. */
function distributedNote(list: unknown): string | undefined {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const [note] = entries.filter(
    (entry) =>
      typeof entry === 'object' && entry !== null && 'TipoDocumento' in entry && entry.TipoDocumento === 'NFSE',
  );
  return typeof note === 'object' && note !== null && 'ArquivoXml' in note ? unpack(note.ArquivoXml) : undefined;
}

function notAnAnswer(given: Circumstances): Explanation {
  const operation = given.operation ?? 'request';
  return { provider: 'national', operation, outcome: 'UNKNOWN', codes: [], next: NOT_AN_ANSWER };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}
