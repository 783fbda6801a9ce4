import { at, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { group, leaf, verbatim } from '../../../src/nfse/xml-writer.ts';
import { behaviourOf } from './behaviour.ts';
import { faultsOf } from './checks.ts';
import type { City } from './cities.ts';
import {
  aboutQuestion,
  cityTime,
  companyIn,
  count,
  declaredIn,
  handedIn,
  issue,
  type Message,
  type OperationDeps,
  silence,
} from './declarations.ts';
import { rpsName, type StoredBatch } from './register.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** RecepcionarLoteRps: a protocol in the answer, the note later. */
export async function takeBatch(deps: OperationDeps, message: Message): Promise<Reply> {
  const root = 'EnviarLoteRpsResposta';
  const declared = declaredIn(message);
  const batchNumber = textOf(message.root, 'NumeroLote');
  if (!declared || !batchNumber) return replies.refused(root, 'E160');
  const { key } = declared;
  count(deps, key, 'posts');
  if (deps.outages.covers(key.company)) return replies.serviceUnavailable;
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
    case 'lookup-refused':
    case 'unlisted-issued':
      if (!(await once())) return accept();
      await accept();
      return behaviour.kind === 'lookup-refused' ? silence('empty') : replies.refused(root, '00000');
    case 'silent-batch':
    case 'cancel-by-status':
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
  const complaints = aboutQuestion(deps, message);
  if (complaints.length > 0) return replies.refused(root, ...complaints);
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
  const complaints = aboutQuestion(deps, message);
  if (complaints.length > 0) return replies.refused(root, ...complaints);
  const batch = batchAsked(deps, message);
  if (!batch) return replies.refused(root, 'E86');
  count(deps, batch, 'lookups');
  if (deps.outages.covers(batch.company)) return replies.serviceUnavailable;
  const behaviour = behaviourOf(batch.reference);
  const codes = await processed(deps, message.city, batch);
  const status = (text: string) => (message.city.dialect.layout === '1.00' ? undefined : leaf('Situacao', text));
  if (codes === undefined) {
    const says = behaviour.kind === 'queue' ? behaviour.says : 'status';
    const waiting = says === 'E92' || message.city.dialect.layout === '1.00' ? ['E92'] : [];
    return replies.answer(root, status('2'), replies.messages('ListaMensagemRetorno', waiting));
  }
  if (codes.length > 0) {
    const identity = group(
      'IdentificacaoRps',
      leaf('Numero', batch.number),
      leaf('Serie', batch.series),
      leaf('Tipo', '1'),
    );
    const told = codes.filter((code) => code !== NO_REASON);
    const refused = replies.answer(root, status('3'), replies.messages('ListaMensagemRetornoLote', told, identity));
    return behaviour.kind === 'reject' && behaviour.as ? { ...refused, dress: behaviour.as } : refused;
  }
  const note = deps.register.note(batch);
  const alerts = behaviour.kind === 'alert' ? ['A8'] : [];
  const list = group(
    'ListaNfse',
    group('CompNfse', note && verbatim(note.xml)),
    replies.messages('ListaMensagemAlertaRetorno', alerts),
  );
  const found = replies.answer(root, status('4'), list);
  return behaviour.kind === 'dress' ? { ...found, dress: behaviour.as } : found;
}

/** Processes a batch whose time has come. @returns its codes, none for a note, or `undefined` while it waits */
export async function processed(
  deps: OperationDeps,
  city: City,
  batch: StoredBatch,
): Promise<readonly string[] | undefined> {
  const known = deps.register.codesOf(batch.protocol);
  if (known || deps.now() < batch.dueAt) return known;
  const isSilent =
    behaviourOf(batch.reference).kind === 'silent-batch' && (await deps.register.misbehavesNow(rpsName(batch)));
  const codes = isSilent ? [NO_REASON] : batchCodes(deps, batch);
  if (codes.length === 0) await issue(deps, city, { key: batch, ...batch });
  await deps.register.add({ kind: 'processed', protocol: batch.protocol, codes });
  return codes;
}

/** Stands for a code where the city ends a batch with an error and does not say which. */
const NO_REASON = 'NO-REASON';

function batchCodes(deps: OperationDeps, batch: StoredBatch): readonly string[] {
  if (deps.register.note(batch)) return ['E10'];
  const behaviour = behaviourOf(batch.reference);
  if (behaviour.kind === 'reject') return behaviour.codes;
  if (behaviour.kind === 'batch-error') return ['E31'];
  return batch.faults;
}

function batchAsked(deps: OperationDeps, message: Message): StoredBatch | undefined {
  const batch = deps.register.batch(message.cityName, textOf(message.root, 'Protocolo') ?? '');
  return batch?.company === companyIn(at(message.root, 'Prestador')) ? batch : undefined;
}
