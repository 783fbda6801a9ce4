import { all, at, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { rpsFacts } from '../../../src/nfse/abrasf/read-rps.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import { group, leaf, type XmlElement } from '../../../src/nfse/xml.ts';
import type { Outages } from '../national/outages.ts';
import { behaviourOf } from './behaviour.ts';
import { declarationsIn, faultsOf, type HandedInChecks } from './checks.ts';
import type { City } from './cities.ts';
import { cancellationXml, elementText, noteXml } from './documents.ts';
import { type Register, type RpsKey, rpsName, type StoredBatch, type StoredNote } from './register.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** How often the city hall was asked about one RPS. */
export interface Calls {
  posts: number;
  lookups: number;
}

export interface OperationDeps {
  readonly register: Register;
  readonly outages: Outages;
  readonly calls: Map<string, Calls>;
  readonly checks: HandedInChecks;
  readonly queueSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A verification code. */
  readonly random: () => string;
}

/** One message to one city. */
export interface Message {
  readonly cityName: string;
  readonly city: City;
  readonly root: XmlElement;
  readonly xml: string;
}

interface Declared {
  readonly key: RpsKey;
  readonly element: XmlElement;
  readonly declaration: string;
  readonly reference: string | undefined;
}

/** GerarNfse and RecepcionarLoteRpsSincrono: a note in the answer. @param root of the answer */
export async function issueNow(deps: OperationDeps, message: Message, root: string): Promise<Reply> {
  const declared = declaredIn(message);
  if (!declared) return replies.refused(root, 'E160');
  count(deps, declared.key, 'posts');
  if (deps.outages.covers(declared.key.company)) return replies.serviceUnavailable;
  const faults = refusals(deps, message, declared);
  if (faults.length > 0) return replies.refused(root, ...faults);

  const accept = async (alerts: readonly string[] = []): Promise<Reply & { kind: 'document' }> => {
    if (deps.register.note(declared.key)) return replies.refused(root, 'E10');
    const note = await issue(deps, message.city, declared);
    const list = group(
      'ListaNfse',
      group('CompNfse', note.xml),
      replies.messages('ListaMensagemAlertaRetorno', alerts),
    );
    return replies.answer(root, ...receiptOf(deps, message, root), list);
  };
  const once = () => deps.register.misbehavesNow(rpsName(declared.key));
  const behaviour = behaviourOf(declared.reference);
  switch (behaviour.kind) {
    case 'reject':
      return replies.refused(root, ...behaviour.codes);
    case 'batch-error':
      return replies.refused(root, 'E31');
    case 'slow':
      return { ...(await accept()), afterSeconds: behaviour.seconds };
    case 'timeout':
    case 'bad-gateway':
    case 'fault':
    case 'empty':
      if (!(await once())) return accept();
      if (behaviour.issued) await accept();
      return silence(behaviour.kind);
    case 'reset':
      await accept();
      return { kind: 'reset' };
    case 'down':
      if (!(await once())) return accept();
      deps.outages.begin(behaviour.seconds, declared.key.company);
      return replies.serviceUnavailable;
    case 'alert':
      return accept(['A8']);
    case 'dress':
      return { ...(await accept()), dress: behaviour.as };
    case 'normal':
    case 'queue':
    case 'reject-cancel':
    case 'cancel-lost':
      return accept();
  }
}

/** RecepcionarLoteRps: a protocol in the answer, the note later. */
export async function takeBatch(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'EnviarLoteRpsResposta';
  const declared = declaredIn(message);
  const batchNumber = textOf(message.root, 'NumeroLote');
  if (!declared || !batchNumber) return replies.refused(root, 'E160');
  const { key } = declared;
  count(deps, key, 'posts');
  if (deps.outages.covers(key.company)) return replies.serviceUnavailable;
  if (textOf(message.root, 'QuantidadeRps') !== '1') return replies.refused(root, 'E69');
  const complaints = handedIn(deps, message);
  if (complaints.length > 0) return replies.refused(root, ...complaints);
  if (deps.register.batchByNumber(key.city, key.company, batchNumber)) return replies.refused(root, 'E233');

  const behaviour = behaviourOf(declared.reference);
  const seconds = behaviour.kind === 'queue' ? behaviour.seconds : deps.queueSeconds;
  const protocol = deps.register.takeProtocol();
  const accept = async (): Promise<Reply & { kind: 'document' }> => {
    await deps.register.add({
      kind: 'batch',
      ...key,
      protocol,
      batchNumber,
      dueAt: deps.now() + seconds * 1000,
      reference: declared.reference,
      declaration: declared.declaration,
      faults: faultsOf(declared.element, cityTime(deps).slice(0, 10)),
    });
    const time = leaf('DataRecebimento', cityTime(deps));
    return replies.answer(root, leaf('NumeroLote', batchNumber), time, leaf('Protocolo', protocol));
  };
  const once = () => deps.register.misbehavesNow(rpsName(key));
  switch (behaviour.kind) {
    case 'timeout':
    case 'bad-gateway':
    case 'fault':
    case 'empty':
      if (!(await once())) return accept();
      if (behaviour.issued) await accept();
      return silence(behaviour.kind);
    case 'reset':
      await accept();
      return { kind: 'reset' };
    case 'down':
      if (!(await once())) return accept();
      deps.outages.begin(behaviour.seconds, key.company);
      return replies.serviceUnavailable;
    case 'slow':
      return { ...(await accept()), afterSeconds: behaviour.seconds };
    case 'dress':
      return { ...(await accept()), dress: behaviour.as };
    case 'normal':
    case 'reject':
    case 'queue':
    case 'batch-error':
    case 'alert':
    case 'reject-cancel':
    case 'cancel-lost':
      return accept();
  }
}

/** ConsultarSituacaoLoteRps, of 1.00. */
export async function batchStatus(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'ConsultarSituacaoLoteRpsResposta';
  const batch = batchAsked(deps, message);
  if (!batch) return replies.refused(root, 'E86');
  if (deps.outages.covers(batch.company)) return replies.serviceUnavailable;
  const codes = await processed(deps, message.city, batch);
  const status = codes === undefined ? '2' : codes.length > 0 ? '3' : '4';
  return replies.answer(root, leaf('NumeroLote', batch.batchNumber), leaf('Situacao', status));
}

/** ConsultarLoteRps */
export async function batchResult(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'ConsultarLoteRpsResposta';
  const batch = batchAsked(deps, message);
  if (!batch) return replies.refused(root, 'E86');
  count(deps, batch, 'lookups');
  if (deps.outages.covers(batch.company)) return replies.serviceUnavailable;
  const behaviour = behaviourOf(batch.reference);
  const codes = await processed(deps, message.city, batch);
  const status = (text: string) => (message.city.layout === '1.00' ? '' : leaf('Situacao', text));
  if (codes === undefined) {
    const says = behaviour.kind === 'queue' ? behaviour.says : 'status';
    const waiting = says === 'E92' || message.city.layout === '1.00' ? ['E92'] : [];
    return replies.answer(root, status('2'), replies.messages('ListaMensagemRetorno', waiting));
  }
  if (codes.length > 0) {
    const identity = group(
      'IdentificacaoRps',
      leaf('Numero', batch.number),
      leaf('Serie', batch.series),
      leaf('Tipo', '1'),
    );
    return replies.answer(root, status('3'), replies.messages('ListaMensagemRetornoLote', codes, identity));
  }
  const note = deps.register.note(batch);
  const alerts = behaviour.kind === 'alert' ? ['A8'] : [];
  const list = group(
    'ListaNfse',
    group('CompNfse', note?.xml ?? ''),
    replies.messages('ListaMensagemAlertaRetorno', alerts),
  );
  const found = replies.answer(root, status('4'), list);
  return behaviour.kind === 'dress' ? { ...found, dress: behaviour.as } : found;
}

/** ConsultarNfsePorRps */
export async function noteOfRps(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'ConsultarNfseRpsResposta';
  const identity = at(message.root, 'IdentificacaoRps');
  const key: RpsKey = {
    city: message.cityName,
    company: companyIn(at(message.root, 'Prestador')),
    series: textOf(identity, 'Serie') ?? '',
    number: textOf(identity, 'Numero') ?? '',
  };
  count(deps, key, 'lookups');
  if (deps.outages.covers(key.company)) return replies.serviceUnavailable;
  for (const batch of deps.register.waiting(key)) await processed(deps, message.city, batch);
  const note = deps.register.note(key);
  if (note) {
    const cancellation = deps.register.cancellation(key.city, key.company, note.nfseNumber);
    const found = replies.answer(root, group('CompNfse', note.xml, cancellation?.xml ?? ''));
    const behaviour = behaviourOf(note.reference);
    return behaviour.kind === 'dress' ? { ...found, dress: behaviour.as } : found;
  }
  return replies.refused(root, deps.register.waiting(key).length > 0 ? 'E92' : 'E4');
}

/** CancelarNfse */
export async function cancelNote(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'CancelarNfseResposta';
  const identity = all(message.root, 'IdentificacaoNfse')[0];
  const company = companyIn(identity);
  if (deps.outages.covers(company)) return replies.serviceUnavailable;
  const complaints = handedIn(deps, message);
  if (complaints.length > 0) return replies.refused(root, ...complaints);
  const nfseNumber = textOf(identity, 'Numero') ?? '';
  const code = textOf(message.root, 'CodigoCancelamento') ?? '';
  const note = deps.register.noteByNumber(message.cityName, company, nfseNumber);
  if (!note) return replies.refused(root, 'E78');
  if (!/^[1-5]$/.test(code)) return replies.refused(root, 'E205');
  if (code === '3' || code === '5') return replies.refused(root, 'E213');
  if (deps.register.cancellation(message.cityName, company, nfseNumber)) return replies.refused(root, 'E79');
  const behaviour = behaviourOf(note.reference);
  if (behaviour.kind === 'reject-cancel') return replies.refused(root, 'E6');
  const request = elementText(message.xml, 'InfPedidoCancelamento') ?? '';
  const xml = cancellationXml(message.city, request, nfseNumber, cityTime(deps));
  await deps.register.add({ kind: 'cancellation', city: message.cityName, company, nfseNumber, xml });
  if (behaviour.kind === 'cancel-lost') return { kind: 'hold' };
  return replies.answer(root, group('RetCancelamento', xml));
}

/** Processes a batch whose time has come. @returns its codes, none for a note, or `undefined` while it waits */
async function processed(deps: OperationDeps, city: City, batch: StoredBatch): Promise<readonly string[] | undefined> {
  const known = deps.register.codesOf(batch.protocol);
  if (known || deps.now() < batch.dueAt) return known;
  const codes = batchCodes(deps, batch);
  if (codes.length === 0) await issue(deps, city, { key: batch, ...batch });
  await deps.register.add({ kind: 'processed', protocol: batch.protocol, codes });
  return codes;
}

function batchCodes(deps: OperationDeps, batch: StoredBatch): readonly string[] {
  if (deps.register.note(batch)) return ['E10'];
  const behaviour = behaviourOf(batch.reference);
  if (behaviour.kind === 'reject') return behaviour.codes;
  if (behaviour.kind === 'batch-error') return ['E31'];
  return batch.faults;
}

async function issue(
  deps: OperationDeps,
  city: City,
  { key, declaration, reference }: Pick<Declared, 'key' | 'declaration' | 'reference'>,
): Promise<StoredNote> {
  const at = cityTime(deps);
  const nfseNumber = deps.register.takeNumber(key.city, key.company, at.slice(0, 4));
  const xml = noteXml(city, declaration, { nfseNumber, verificationCode: deps.random(), at });
  const { company, series, number } = key;
  const note = { kind: 'note', city: key.city, company, series, number, nfseNumber, reference, xml } as const;
  await deps.register.add(note);
  return note;
}

function declaredIn(message: Message): Declared | undefined {
  const [element, second] = declarationsIn(message.root);
  const name = element && (message.city.layout === '1.00' ? 'InfRps' : 'InfDeclaracaoPrestacaoServico');
  const declaration = name && elementText(message.xml, name);
  if (!element || second || !declaration) return undefined;
  try {
    const { companyCnpj, series, number } = rpsFacts(element);
    const key = { city: message.cityName, company: companyCnpj, series, number };
    const [, reference] = /Referencia: ([A-Za-z0-9]{1,20})/.exec(declaration) ?? [];
    return { key, element, declaration, reference };
  } catch {
    return undefined; // no number, no amount: not of the layout
  }
}

function refusals(deps: OperationDeps, message: Message, { element, key }: Declared): readonly string[] {
  const complaints = handedIn(deps, message);
  if (complaints.length > 0) return complaints;
  const faults = faultsOf(element, cityTime(deps).slice(0, 10));
  if (faults.length > 0) return faults;
  return deps.register.note(key) ? ['E10'] : [];
}

function handedIn({ checks }: OperationDeps, { root, xml, city }: Message): readonly string[] {
  if ((checks.layout?.(root, city.layout) ?? []).length > 0) return ['E160'];
  return checks.signature?.(xml, city.layout) === false ? ['E172'] : [];
}

function receiptOf(deps: OperationDeps, message: Message, root: string): readonly string[] {
  if (root !== 'EnviarLoteRpsSincronoResposta') return [];
  return [
    leaf('NumeroLote', textOf(message.root, 'NumeroLote')),
    leaf('DataRecebimento', cityTime(deps)),
    leaf('Protocolo', deps.register.takeProtocol()),
  ];
}

function silence(kind: 'timeout' | 'bad-gateway' | 'fault' | 'empty'): Reply {
  switch (kind) {
    case 'timeout':
      return { kind: 'hold' };
    case 'bad-gateway':
      return replies.badGateway;
    case 'fault':
      return { kind: 'fault', reason: 'serviço temporariamente indisponível' };
    case 'empty':
      return { kind: 'empty' };
  }
}

function batchAsked(deps: OperationDeps, message: Message): StoredBatch | undefined {
  const batch = deps.register.batch(message.cityName, textOf(message.root, 'Protocolo') ?? '');
  return batch?.company === companyIn(at(message.root, 'Prestador')) ? batch : undefined;
}

function companyIn(element: XmlElement | undefined): string {
  return textOf(element, 'Cnpj', 'Cpf') ?? '';
}

/** Minas Gerais' time, without offset: the stand-in's cities are all there. */
function cityTime({ now }: OperationDeps): string {
  return localTime(now(), '-03:00').slice(0, 19);
}

function count({ calls }: OperationDeps, key: RpsKey, what: keyof Calls): void {
  const known = calls.get(rpsName(key)) ?? { posts: 0, lookups: 0 };
  known[what]++;
  calls.set(rpsName(key), known);
}
