import { all, at, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { group, leaf, verbatim, type XmlContent } from '../../../src/nfse/xml-writer.ts';
import { processed } from './batches.ts';
import { type Behaviour, behaviourOf, type Dress } from './behaviour.ts';
import { faultsOf } from './checks.ts';
import {
  aboutQuestion,
  cityTime,
  companyIn,
  count,
  type Declared,
  declaredIn,
  handedIn,
  issue,
  type Message,
  type OperationDeps,
  silence,
} from './declarations.ts';
import { cancellationXml, elementText } from './documents.ts';
import { type RpsKey, rpsName } from './register.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

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
      group('CompNfse', verbatim(note.xml)),
      replies.messages('ListaMensagemAlertaRetorno', alerts),
    );
    return replies.answer(root, ...receiptOf(deps, message, root), list);
  };
  const once = () => deps.register.misbehavesNow(rpsName(declared.key));
  const behaviour = behaviourOf(declared.reference);
  switch (behaviour.kind) {
    case 'reject':
      return dressed(replies.refused(root, ...behaviour.codes), behaviour.as);
    case 'unlisted-issued':
      await accept();
      return replies.refused(root, UNLISTED_CODE);
    case 'lookup-refused':
      if (!(await once())) return accept();
      await accept();
      return silence('empty');
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
      return dressed(await accept(), behaviour.as);
    case 'normal':
    case 'queue':
    case 'silent-batch':
    case 'reject-cancel':
    case 'cancel-lost':
    case 'cancel-by-status':
      return accept();
  }
}

/** ConsultarNfsePorRps */
export async function noteOfRps(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'ConsultarNfseRpsResposta';
  const complaints = aboutQuestion(deps, message);
  if (complaints.length > 0) return replies.refused(root, ...complaints);
  const [identity] = all(message.root, 'IdentificacaoRps');
  const key: RpsKey = {
    city: message.cityName,
    company: companyIn(all(message.root, 'Prestador')[0]),
    series: textOf(identity, 'Serie') ?? '',
    number: textOf(identity, 'Numero') ?? '',
  };
  count(deps, key, 'lookups');
  if (deps.outages.covers(key.company)) return replies.serviceUnavailable;
  for (const batch of deps.register.waiting(key)) await processed(deps, message.city, batch);
  const note = deps.register.note(key);
  if (note) {
    const behaviour = behaviourOf(note.reference);
    if (behaviour.kind === 'lookup-refused' && lookupsOf(deps, key) <= MAX_REFUSED_LOOKUPS) {
      return replies.refused(root, 'E160');
    }
    const cancellation = deps.register.cancellation(key.city, key.company, note.nfseNumber);
    const told =
      cancellation && (behaviour.kind === 'cancel-by-status' ? leaf('StatusNfse', '2') : verbatim(cancellation.xml));
    return dressed(replies.answer(root, group('CompNfse', verbatim(note.xml), told)), dressOf(behaviour));
  }
  return replies.refused(root, deps.register.waiting(key).length > 0 ? 'E92' : 'E4');
}

/** CancelarNfse */
export async function cancelNote(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'CancelarNfseResposta';
  const identity = all(message.root, 'IdentificacaoNfse')[0];
  if (!identity) return cancelByNumber(deps, message);
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
  const { nationalReason } = message.city.dialect.cancellation;
  const reasons = Object.values(nationalReason ?? {});
  if (reasons.some((name) => !textOf(message.root, name))) return replies.refused(root, 'E160');
  if (deps.register.cancellation(message.cityName, company, nfseNumber)) return replies.refused(root, 'E79');
  const behaviour = behaviourOf(note.reference);
  if (behaviour.kind === 'reject-cancel') return replies.refused(root, 'E6');
  const request = elementText(message.xml, 'InfPedidoCancelamento') ?? '';
  const xml = cancellationXml(message.city, request, nfseNumber, cityTime(deps));
  await deps.register.add({ kind: 'cancellation', city: message.cityName, company, nfseNumber, xml });
  if (behaviour.kind === 'cancel-lost' || behaviour.kind === 'cancel-by-status') return { kind: 'hold' };
  return dressed(replies.answer(root, group('RetCancelamento', verbatim(xml))), dressOf(behaviour));
}

/** A code that no table has. */
const UNLISTED_CODE = '00000';
/** Lookups of one RPS that a city refuses before it understands them. */
const MAX_REFUSED_LOOKUPS = 2;

function lookupsOf({ calls }: OperationDeps, key: RpsKey): number {
  return calls.get(rpsName(key))?.lookups ?? 0;
}

function dressOf(behaviour: Behaviour): Dress | undefined {
  return behaviour.kind === 'dress' ? behaviour.as : undefined;
}

function dressed(reply: Reply & { kind: 'document' }, as: Dress | undefined): Reply & { kind: 'document' } {
  return as === undefined ? reply : { ...reply, dress: as };
}

/** The older form of 1.00: a number, no reason, and a flag for an answer. */
async function cancelByNumber(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'CancelarNfseResposta';
  const company = companyIn(at(message.root, 'Prestador'));
  if (deps.outages.covers(company)) return replies.serviceUnavailable;
  if (deps.checks.signature?.(message.xml, message.city.dialect) === false) return replies.refused(root, 'E172');
  const nfseNumber = textOf(message.root, 'NumeroNfse') ?? '';
  if (!deps.register.noteByNumber(message.cityName, company, nfseNumber)) return replies.refused(root, 'E78');
  if (deps.register.cancellation(message.cityName, company, nfseNumber)) return replies.refused(root, 'E79');
  const time = cityTime(deps);
  const xml = cancellationXml(message.city, '', nfseNumber, time);
  await deps.register.add({ kind: 'cancellation', city: message.cityName, company, nfseNumber, xml });
  return replies.answer(root, leaf('Sucesso', 'true'), leaf('DataHora', time));
}

function refusals(deps: OperationDeps, message: Message, { element, key }: Declared): readonly string[] {
  const complaints = handedIn(deps, message);
  if (complaints.length > 0) return complaints;
  const faults = faultsOf(element, cityTime(deps).slice(0, 10));
  if (faults.length > 0) return faults;
  return deps.register.note(key) ? ['E10'] : [];
}

function receiptOf(deps: OperationDeps, message: Message, root: string): readonly (XmlContent | undefined)[] {
  if (root !== 'EnviarLoteRpsSincronoResposta') return [];
  return [
    leaf('NumeroLote', textOf(message.root, 'NumeroLote')),
    leaf('DataRecebimento', cityTime(deps)),
    leaf('Protocolo', deps.register.takeProtocol()),
  ];
}
