import { hasAccessKeyShape, nfseNumberOf } from '../nfse/access-key.ts';
import { formatCents } from '../nfse/cents.ts';
import { ANALYSIS, isCancelling } from '../nfse/national/event-types.ts';
import { DocumentError, type NfseFacts, readEvent, readNfse } from '../nfse/national/read-documents.ts';
import { classifyRejections, explainRejection } from '../nfse/national/rejections.ts';
import { descend, parseXml } from '../nfse/xml.ts';
import { decideNational, type NationalDecision } from '../worker/providers/national/decision.ts';
import { type Envelope, fieldsOf, type Message, readEnvelope } from '../worker/providers/national/envelope.ts';
import { eventsIn, type RegisteredEvent } from '../worker/providers/national/events.ts';
import type { Asked } from '../worker/providers/verdict.ts';
import {
  type Circumstances,
  decidingClass,
  type ExplainedCode,
  type ExplainedNote,
  type ExplainedOutcome,
  type Explanation,
  explainedCode,
  NOT_AN_ANSWER,
  NOTHING_THERE,
  nextAfter,
  outcomeOf,
  UNDATED,
} from './explanation.ts';

/** Codes that only events are refused by. */
const EVENT_CODE = /^E0[89]\d\d$/;

/** What a national answer means, from its JSON; `undefined` for JSON that is none. */
export function explainNationalJson(source: string, given: Circumstances): Explanation | undefined {
  const text = innermost(source);
  if (/^\s*\{\s*"(?:dpsXmlGZipB64|pedidoRegistroEventoXmlGZipB64)"/.test(text)) return notAnAnswer(given);
  const envelope = readEnvelope({ body: text });
  if (!envelope) return undefined;
  const asked = given.asked ?? askedBy(envelope);
  const status = given.status ?? (asked === 'find' && saysNoInWords(envelope) ? 404 : 200);
  const decision = decideNational({ status, body: text }, asked ?? 'issue');
  const documents = status < 400 ? distributed(envelope) : [];
  const listed = new Set(documents.map(({ key }) => key)).size > 1;

  const outcome = listed || (documents.length > 0 && isOpen(decision)) ? 'FOUND' : outcomeIn(decision, asked);
  const events = status < 400 && !listed ? eventsIn(envelope) : [];
  const note = noteShown(envelope, documents, decision, status);
  const isAbsent = decision.kind === 'absent';
  return {
    provider: 'national',
    operation: given.operation ?? operationOf(envelope, asked),
    outcome,
    ...(note && { note }),
    codes: envelope.messages.map((message) => codeOf(message, isAbsent)),
    next: isAbsent
      ? NOTHING_THERE
      : (nextAfterEvents(outcome, events) ?? nextAfter(outcome, asked, decidingIn(decision))),
  };
}

function outcomeIn(decision: NationalDecision, asked: Asked | undefined): ExplainedOutcome {
  switch (decision.kind) {
    case 'cancelled':
      return 'CANCELLED';
    case 'note':
      if (decision.isCancelled) return 'CANCELLED';
      return asked === 'find' ? 'FOUND' : 'ISSUED';
    case 'standing':
      return isAnalysisPending(decision.events) ? 'PENDING' : 'FOUND';
    default:
      return outcomeOf(decision);
  }
}

function decidingIn(decision: NationalDecision) {
  return decision.kind === 'cancelled' || decision.kind === 'note' || decision.kind === 'standing'
    ? undefined
    : decidingClass(decision);
}

/** Whether an answer says nothing of the documents that it distributes. */
function isOpen({ kind }: NationalDecision): boolean {
  return kind === 'unknown' || kind === 'absent';
}

function isAnalysisPending(events: readonly RegisteredEvent[]): boolean {
  const has = (type: string) => events.some((event) => event.type === type);
  return has(ANALYSIS.asked) && !has(ANALYSIS.granted) && !has(ANALYSIS.refused);
}

/** What events that do not cancel mean for the note. */
function nextAfterEvents(outcome: ExplainedOutcome, events: readonly RegisteredEvent[]): string | undefined {
  if (events.length === 0 || outcome === 'CANCELLED') return undefined;
  if (isAnalysisPending(events)) {
    return 'A nota continua válida: a prefeitura ainda analisa o pedido de cancelamento fora do prazo. Consulte os eventos mais tarde.';
  }
  return events.some(({ type }) => type === ANALYSIS.refused)
    ? 'A nota continua válida: a prefeitura indeferiu o pedido de cancelamento fora do prazo.'
    : 'A nota continua válida: nenhum destes eventos a cancela.';
}

function operationOf({ field }: Envelope, asked: Asked | undefined): string {
  if (field('eventos') !== undefined) return EVENT_LOOKUP;
  return asked === undefined ? 'unknown' : OPERATION[asked];
}

const EVENT_LOOKUP = 'GET /nfse/{chave}/eventos';
const OPERATION = { issue: 'POST /nfse', find: 'GET', batch: 'GET', cancel: 'POST /nfse/{chave}/eventos' } as const;

/** Answers differ in what they carry: a list of refusals is a declaration's, one is an event's or a lookup's. */
function askedBy({ field, messages }: Envelope): Asked | undefined {
  if (field('eventoXmlGZipB64') !== undefined || field('eventos') !== undefined) return 'cancel';
  if (field('StatusProcessamento') !== undefined) return 'find';
  if (field('chaveAcesso') !== undefined || field('nfseXmlGZipB64') !== undefined) {
    return field('idDps') !== undefined && field('nfseXmlGZipB64') !== undefined ? 'issue' : 'find';
  }
  if (field('erros') !== undefined) return 'issue';
  if (messages.some(({ code }) => EVENT_CODE.test(code))) return 'cancel';
  // A success of a lookup names what was asked for, even where it has no key for it.
  return messages.length === 0 || messages.every(({ code }) => !CODE.test(code)) ? 'find' : undefined;
}

/** The API's 404 has a text where a code should be. */
function saysNoInWords({ messages, field }: Envelope): boolean {
  return messages.length > 0 && messages.every(({ code }) => !CODE.test(code)) && field('LoteDFe') === undefined;
}

const CODE = /^[A-Z]+\d+$/i;

/** @param isAbsent whether what stands for a code says that there is nothing */
function codeOf({ code, text }: Message, isAbsent: boolean): ExplainedCode {
  if (isAbsent && !CODE.test(code)) {
    const message = 'A autoridade não tem este documento.';
    return { code, class: 'EMPTY', message, howToFix: NOTHING_THERE, source: text };
  }
  return explainedCode(NATIONAL_SYSTEM, code, text);
}

const NATIONAL_SYSTEM = {
  name: 'O sistema nacional',
  classify: classifyRejections,
  explain: explainRejection,
} as const;

function noteShown(
  envelope: Envelope,
  documents: readonly Distributed[],
  decision: NationalDecision,
  status: number,
): ExplainedNote | undefined {
  if (status >= 400) return undefined;
  const xml = envelope.document(envelope.field('nfseXmlGZipB64')) ?? documents.find(({ type }) => type === 'NFSE')?.xml;
  const note = xml === undefined ? undefined : noteIn(xml);
  const cancelledAt = decision.kind === 'cancelled' ? decision.event.registeredAt : undefined;
  const key =
    decision.kind === 'cancelled'
      ? decision.event.accessKey
      : decision.kind === 'standing'
        ? decision.events[0]?.accessKey
        : decision.kind === 'note'
          ? decision.key
          : undefined;
  const named = hasAccessKeyShape(key) ? { number: nfseNumberOf(key), accessKey: key } : undefined;
  const shown = note ?? named;
  const isCancelled = decision.kind === 'cancelled' || (decision.kind === 'note' && decision.isCancelled);
  if (!shown || (cancelledAt !== undefined && shown.accessKey !== key)) return shown;
  return { ...shown, ...(isCancelled && { cancelledAt: cancelledAt ?? UNDATED }) };
}

/** A document of the national repository's list. */
interface Distributed {
  readonly key: unknown;
  readonly type: unknown;
  readonly xml: string | undefined;
}

function distributed({ field, document }: Envelope): readonly Distributed[] {
  const list = field('LoteDFe');
  return (Array.isArray(list) ? list : []).flatMap((entry) => {
    const member = fieldsOf(entry);
    if (!member) return [];
    return [{ key: member('ChaveAcesso'), type: member('TipoDocumento'), xml: document(member('ArquivoXml')) }];
  });
}

const NATIONAL_ROOT = /^(?:<\?xml[^>]*\?>)?\s*<(?:[\w.-]+:)?(DPS|NFSe|evento|pedRegEvento)[\s>]/;

/** Whether XML is a document of the national layout, by its root. */
export function isNationalXml(text: string): boolean {
  return NATIONAL_ROOT.test(text.slice(0, 1000));
}

/** What a national document means by itself; `undefined` for XML that is none. */
export function explainNationalXml(text: string, given: Circumstances): Explanation | undefined {
  const [, root] = NATIONAL_ROOT.exec(text.slice(0, 1000)) ?? [];
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
  const outcome = isCancelling(event.type) ? 'CANCELLED' : 'FOUND';
  const shown = {
    number: nfseNumberOf(event.accessKey),
    accessKey: event.accessKey,
    ...(outcome === 'CANCELLED' && { cancelledAt: event.processedAt }),
  };
  const next = outcome === 'CANCELLED' ? nextAfter(outcome) : 'A nota continua válida: este evento não a cancela.';
  return { provider: 'national', operation, outcome, note: shown, codes: [], next };
}

/** JSON that was put into a text or a list on its way into the file. */
function innermost(text: string): string {
  let here = text;
  for (let wrapped = 0; wrapped < MAX_WRAPPINGS && /^\s*["[]/.test(here); wrapped++) here = unwrapped(here) ?? here;
  return here;
}

const MAX_WRAPPINGS = 3;

function unwrapped(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const [only, second] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (second !== undefined) return undefined;
    if (typeof only === 'string') return /^\s*[{["]/.test(only) ? only : undefined;
    return JSON.stringify(only);
  } catch (error) {
    // Broken, or nested deeper than anything that an authority sends.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
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
