import { type AccessKey, hasAccessKeyShape } from '../../../nfse/access-key.ts';
import { eventType, isCancelling } from '../../../nfse/national/event-types.ts';
import { DocumentError, type EventFacts, readEvent } from '../../../nfse/national/read-documents.ts';
import { wordsStateRejection } from '../../../nfse/rejections/stated.ts';
import { type Envelope, fieldsOf } from './envelope.ts';

/** An event that the authority registered on a note. */
export interface RegisteredEvent {
  /** Six digits. */
  readonly type: string;
  readonly accessKey: AccessKey;
  readonly protocol: string;
  /** ISO 8601 with offset, where the answer says. */
  readonly registeredAt: string | undefined;
  readonly xml: string | undefined;
}

/**
 * The events of an answer, in its order: one document, a list, or those of the national repository, which also distributes
 * requests and notes. An entry counts although its document cannot be read, as it names the note and the event itself; one
 * whose document is about another event or note than it says does not.
 */
export function eventsIn(envelope: Envelope): readonly RegisteredEvent[] {
  const direct = event(envelope, { packed: envelope.field('eventoXmlGZipB64') });
  const listed = ['eventos', 'evento', 'listaEventos']
    .flatMap((name) => entriesOf(envelope.field(name)))
    .map((field) => ({
      packed: field('arquivoXml') ?? field('eventoXmlGZipB64'),
      key: field('chaveAcesso'),
      type: field('tipoEvento'),
      receivedAt: undefined, // the list's own time has no offset, so the envelope's is the better one
    }));
  const distributed = entriesOf(envelope.field('LoteDFe'))
    .filter((field) => String(field('TipoDocumento') ?? EVENT).toUpperCase() === EVENT)
    .map((field) => ({ packed: field('ArquivoXml'), key: field('ChaveAcesso'), type: field('TipoEvento') }));
  return [...direct, ...[...listed, ...distributed].flatMap((entry) => event(envelope, entry))];
}

/** What the national repository calls an event, as against the request for one. */
const EVENT = 'EVENTO';

/** Of several events, the one that cancelled the note. */
export function cancellingOne(events: readonly RegisteredEvent[]): RegisteredEvent | undefined {
  return events.find(({ type }) => isCancelling(type));
}

interface Entry {
  readonly packed: unknown;
  readonly key?: unknown;
  readonly type?: unknown;
}

function event(envelope: Envelope, { packed, key, type }: Entry): readonly RegisteredEvent[] {
  const stated = eventType(type);
  const xml = envelope.document(packed);
  const facts = xml === undefined ? undefined : factsIn(xml);
  if (facts) {
    const contradicts =
      (stated !== undefined && stated !== facts.type) || (key !== undefined && key !== facts.accessKey);
    if (contradicts) return [];
    const { accessKey, processedAt } = facts;
    return [{ type: facts.type, accessKey, protocol: facts.id, registeredAt: processedAt, xml }];
  }
  const isRequest = xml !== undefined && /<(?:[\w.-]+:)?pedRegEvento[\s>]/i.test(xml) && !/infEvento/i.test(xml);
  if (isRequest || stated === undefined || !hasAccessKeyShape(key)) return [];
  const protocol = `EVT${key}${stated}001`;
  return [{ type: stated, accessKey: key, protocol, registeredAt: envelope.processedAt, xml: undefined }];
}

function entriesOf(list: unknown): readonly ((name: string) => unknown)[] {
  return (Array.isArray(list) ? list : [list]).flatMap((entry) => {
    const field = fieldsOf(entry);
    const inner = field?.('evento');
    if (typeof inner === 'object' && inner !== null) return entriesOf(inner);
    return field && !isDenied(field) ? [field] : [];
  });
}

/** Whether an entry is of a request that was refused, or is not decided yet. */
function isDenied(field: (name: string) => unknown): boolean {
  const statuses = ['status', 'situacao', 'statusEvento', 'situacaoEvento', 'statusProcessamento'].map(field);
  const complaints = ['erro', 'erros'].map(field);
  return (
    statuses.some((status) => typeof status === 'string' && wordsStateRejection(status)) ||
    complaints.some((complaint) => typeof complaint === 'object' && Object.keys(complaint ?? {}).length > 0)
  );
}

function factsIn(xml: string): EventFacts | undefined {
  try {
    return readEvent(xml);
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}
