import { pack, unpack } from '../../../src/nfse/national/packaging.ts';
import { DocumentError, readDps, readEventRequest, readNfse } from '../../../src/nfse/national/read-documents.ts';
import { analysisEvents, type ListedEvent } from './analysis.ts';
import { authorisedNote, registeredEvent, type Sign } from './authorised-documents.ts';
import { behaviourOf } from './behaviour.ts';
import { type Client, isOf } from './client-certificate.ts';
import { type DocumentChecks, layoutFaults, signatureFaults } from './document-checks.ts';
import { eventFaultsOf, faultsOf } from './layout-check.ts';
import type { Notes, StoredNote } from './notes.ts';
import type { Outages } from './outages.ts';
import { isCancelled, replacementEvent, replacementFaults } from './replacement.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** How often the authority was asked about one declaration. */
export interface Calls {
  posts: number;
  lookups: number;
  /** Requests to register an event on its note, such as a cancellation. */
  events: number;
}

export const NO_CALLS: Calls = { posts: 0, lookups: 0, events: 0 };

export interface OperationDeps {
  readonly notes: Notes;
  readonly outages: Outages;
  readonly calls: Map<string, Calls>;
  readonly checks: DocumentChecks;
  /** As the authority. */
  readonly sign: Sign;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Nine random digits. */
  readonly random: () => string;
}

/** POST /nfse */
export async function declare(deps: OperationDeps, body: unknown): Promise<Reply> {
  const { notes, outages, now } = deps;
  const packed = fieldOf(body, 'dpsXmlGZipB64');
  const xml = unpack(packed);
  if (xml === undefined) return replies.refusedDeclaration([{ code: 'E1225' }], undefined, now());
  const misshapen = layoutFaults(deps.checks, xml);
  if (misshapen.length > 0) return replies.refusedDeclaration(misshapen, undefined, now());
  const dps = readOr(() => readDps(xml));
  if (dps instanceof DocumentError) {
    return replies.refusedDeclaration([{ code: 'E1235', detail: dps.element }], undefined, now());
  }
  callsOf(deps, dps.id).posts++;
  if (outages.covers(dps.issuerDocument)) return replies.serviceUnavailable;

  const signature = signatureFaults(deps.checks, xml, 'declaration', dps.issuerDocument, now());
  const faults = [...signature, ...faultsOf(xml, dps, now())];
  if (faults.length > 0) return replies.refusedDeclaration(faults, dps.id, now());
  const company = dps.issuerDocument;
  const taken = () => (notes.byDps(dps.id) ? [{ code: 'E0014' }] : replacementFaults(notes, xml, company));
  const refused = taken();
  if (refused.length > 0) return replies.refusedDeclaration(refused, dps.id, now());

  const issue = async (): Promise<Reply> => {
    const late = taken();
    if (late.length > 0) return replies.refusedDeclaration(late, dps.id, now());
    const nfseNumber = notes.takeNumber(company);
    const numbers = { at: now(), nfseNumber, documentNumber: notes.count() + 1, random: deps.random() };
    const note = authorisedNote(xml, dps, numbers, deps.sign);
    const { reference } = dps;
    const stored = {
      kind: 'note',
      dpsId: dps.id,
      accessKey: note.key,
      nfseNumber,
      company,
      reference,
      xml: note.xml,
    } as const;
    const replaced = replacementEvent(
      xml,
      stored,
      { ...numbers, documentNumber: numbers.documentNumber + 1 },
      deps.sign,
    );
    await Promise.all([notes.add(stored), replaced && notes.add(replaced)]);
    const fields = { idDps: dps.id, chaveAcesso: note.key, nfseXmlGZipB64: pack(note.xml), alertas: null };
    return replies.success(201, fields, now());
  };

  const behaviour = behaviourOf(dps.reference);
  switch (behaviour.kind) {
    case 'normal':
    case 'reject-cancel':
    case 'analysis':
      return issue();
    case 'reject-oddly':
      return replies.refusedOddly(behaviour.as, now());
    case 'unlisted-issued':
      await issue();
      return replies.refusedOddly('unlisted', now());
    case 'lookup-mute':
      await issue();
      return replies.badGateway;
    case 'reject':
      return replies.refusedDeclaration([{ code: behaviour.code }], dps.id, now());
    case 'slow': {
      const reply = await issue();
      return reply.kind === 'json' ? { ...reply, afterSeconds: behaviour.seconds } : reply;
    }
    case 'timeout':
      if (!(await notes.misbehavesNow(dps.id))) return issue();
      if (behaviour.issued) await issue();
      return { kind: 'hold' };
    case 'bad-gateway':
      if (!(await notes.misbehavesNow(dps.id))) return issue();
      if (behaviour.issued) await issue();
      return behaviour.long ? replies.longPage() : replies.badGateway;
    case 'reset':
      await issue();
      return { kind: 'reset' };
    case 'down':
      if (!(await notes.misbehavesNow(dps.id))) return issue();
      outages.begin(behaviour.seconds, dps.issuerDocument);
      return replies.serviceUnavailable;
  }
}

/** HEAD /dps/{id}, for anybody with a certificate; GET, for those whom the note concerns. */
export function lookUp(deps: OperationDeps, dpsId: string, client?: Client): Reply {
  callsOf(deps, dpsId).lookups++;
  if (deps.outages.covers(dpsId.slice(11, 25))) return replies.serviceUnavailable;
  const note = deps.notes.byDps(dpsId);
  if (!note) return replies.absent('Não foi gerada NFS-e para este identificador.', deps.now());
  if (client && !concerns(note, client)) return replies.notAnActor(deps.now());
  const behaviour = behaviourOf(note.reference);
  if (behaviour.kind === 'lookup-mute' && callsOf(deps, dpsId).lookups <= MAX_MUTE_LOOKUPS) {
    return behaviour.as === 'page'
      ? replies.serviceUnavailable
      : replies.success(200, { idDps: dpsId, chaveAcesso: null }, deps.now());
  }
  return replies.success(200, { idDps: dpsId, chaveAcesso: note.accessKey }, deps.now());
}

/** Lookups of one declaration that tell nothing, where it asks for that. */
const MAX_MUTE_LOOKUPS = 2;

/** GET /nfse/{key} */
export function fetchNote(deps: OperationDeps, accessKey: string, client?: Client): Reply {
  if (deps.outages.covers(companyIn(accessKey))) return replies.serviceUnavailable;
  const note = deps.notes.byKey(accessKey);
  if (!note) return replies.absent('A NFS-e não existe.', deps.now());
  if (client && !concerns(note, client)) return replies.notAnActor(deps.now());
  return replies.success(200, { chaveAcesso: accessKey, nfseXmlGZipB64: pack(note.xml) }, deps.now());
}

/** POST /nfse/{key}/eventos */
export async function registerEvent(deps: OperationDeps, accessKey: string, body: unknown): Promise<Reply> {
  const { notes, now } = deps;
  if (deps.outages.covers(companyIn(accessKey))) return replies.serviceUnavailable;
  const xml = unpack(fieldOf(body, 'pedidoRegistroEventoXmlGZipB64'));
  if (xml === undefined) return replies.refusedEvent([{ code: 'E1225' }], now());
  const misshapen = layoutFaults(deps.checks, xml);
  if (misshapen.length > 0) return replies.refusedEvent(misshapen, now());
  const request = readOr(() => readEventRequest(xml));
  if (request instanceof DocumentError) return replies.refusedEvent([{ code: 'E1235' }], now());
  const note = notes.byKey(accessKey);
  if (!note) return replies.refusedEvent([{ code: 'E0819' }], now());
  callsOf(deps, note.dpsId).events++;
  const signature = signatureFaults(deps.checks, xml, 'event', note.company, now());
  const faults = [...signature, ...eventFaultsOf(request, accessKey, note.company, now())];
  if (faults.length > 0) return replies.refusedEvent(faults, now());
  if (isCancelled(notes, accessKey)) return replies.refusedEvent([{ code: 'E0840' }], now());
  const wish = behaviourOf(note.reference).kind;
  if (wish === 'reject-cancel' || wish === 'analysis') return replies.refusedEvent([{ code: 'E0822' }], now());

  const numbers = { at: now(), nfseNumber: note.nfseNumber, documentNumber: notes.count() + 1, random: deps.random() };
  const event = registeredEvent(xml, request, numbers, deps.sign);
  await notes.add({ kind: 'event', accessKey, type: request.type, xml: event });
  return replies.success(201, { eventoXmlGZipB64: pack(event) }, now());
}

/** GET /nfse/{key}/eventos/{type}/{sequence}: a list, its document in Base64 twice, as version 1.6 of the server answers. */
export function fetchEvent(deps: OperationDeps, accessKey: string, type: string, sequence: string): Reply {
  if (deps.outages.covers(companyIn(accessKey))) return replies.serviceUnavailable;
  const event = Number(sequence) === 1 ? deps.notes.event(accessKey, type) : undefined;
  const events = event ? [event] : analysisOf(deps, accessKey);
  if (events.length === 0) return replies.absent('O evento não existe.', deps.now());
  const eventos = events.map((one) => ({
    chaveAcesso: accessKey,
    tipoEvento: Number(one.type),
    numeroPedidoRegistroEvento: 1,
    dataHoraRecebimento: new Date(deps.now()).toISOString().replace('Z', ''),
    arquivoXml: Buffer.from(pack(one.xml), 'latin1').toString('base64'),
  }));
  return replies.success(200, { eventos }, deps.now());
}

/** Where a note asks for it, every question about its events is answered by those of an analysis. */
function analysisOf({ notes, sign, now }: OperationDeps, accessKey: string): readonly ListedEvent[] {
  const note = notes.byKey(accessKey);
  const behaviour = behaviourOf(note?.reference);
  return note && behaviour.kind === 'analysis' ? analysisEvents(note, behaviour.granted, now(), sign) : [];
}

function callsOf({ calls }: OperationDeps, dpsId: string): Calls {
  const known = calls.get(dpsId) ?? { ...NO_CALLS };
  calls.set(dpsId, known);
  return known;
}

/** Provider and customer may see a note. */
function concerns({ company, xml }: StoredNote, { cnpj }: Client): boolean {
  return isOf(cnpj, company) || isOf(cnpj, readNfse(xml).dps.customerDocument);
}

function companyIn(accessKey: string): string {
  return accessKey.slice(9, 23);
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}

function readOr<T>(read: () => T): T | DocumentError {
  try {
    return read();
  } catch (error) {
    if (error instanceof DocumentError) return error;
    throw error;
  }
}
