import { CANCELLING_EVENTS } from '../national/event-types.ts';
import { wordsStateRejection } from '../rejections/stated.ts';
import type { XmlElement } from '../xml.ts';
import { all, at, hasContent, isNamed, localName, textOf, without } from './elements.ts';
import { type ConfirmedCancellation, isAffirmed, readCancellation } from './read-cancellation.ts';
import { type AbrasfMessage, readMessages } from './read-messages.ts';
import { type AbrasfNote, readNote } from './read-note.ts';

/** Everything an answer says, whatever the operation was. */
export interface AbrasfAnswer {
  readonly notes: readonly AbrasfNote[];
  /** Whether there is a note, be it one that cannot be read. */
  readonly showsNote: boolean;
  readonly messages: readonly AbrasfMessage[];
  readonly alerts: readonly AbrasfMessage[];
  readonly protocol: string | undefined;
  /** Status of a batch: 1 not received, 2 not processed, 3 processed with errors, 4 processed. */
  readonly batchStatus: '1' | '2' | '3' | '4' | undefined;
  readonly cancellation: ConfirmedCancellation | undefined;
}

const MAX_NOTES = 200;

/**
 * Reads the root of an answer, leniently: by content, in any order, with texts and codes longer than the model has them. An element
 * without content says nothing, whatever its name.
 *
 * @param root in the model's names (`inModelNames`)
 * @source ABRASF 2.04, response shapes; what implementers report of cities
 */
export function readAnswer(root: XmlElement): AbrasfAnswer {
  const groups = noteGroups(root);
  const events = all(root, 'evento', 'infEvento').flatMap(cancellingEvent);
  const rest = without(root, (element) => isNamed(element, 'InfNfse', 'infEvento'));
  const { messages, alerts } = readMessages(rest);
  const confirmed = confirmation(
    without(root, (element) => isNamed(element, 'CompNfse', 'InfNfse') && hasNote(element)),
  );
  const read = groups.flatMap(([info, group]) => readNote(info, group) ?? []);
  const notes = distinct(read).map((note) => {
    const event = events.find(({ accessKey }) => accessKey === note.accessKey);
    const named = confirmed?.nfseNumber === note.number ? confirmed : undefined;
    return { ...note, cancellation: note.cancellation ?? event?.cancellation ?? named };
  });
  return {
    notes: notes.slice(0, MAX_NOTES),
    showsNote: groups.length > 0,
    messages,
    alerts,
    protocol: textOf(rest, 'Protocolo'),
    batchStatus: all(rest, 'Situacao').flatMap(
      ({ text }) => BATCH_STATUSES.find((one) => one === text.trim()) ?? [],
    )[0],
    cancellation: confirmed ?? (notes.length === 0 ? events[0]?.cancellation : undefined),
  };
}

const BATCH_STATUSES = ['1', '2', '3', '4'] as const;

/** Whether an element holds something that an answer of the model is made of, be it empty. */
export function looksLikeAnswer(element: XmlElement): boolean {
  // Some gateways echo the request, and some have a page of their own.
  if (isRequest(element) || isNamed(element, 'html')) return false;
  return /(?:Resposta|Retorno)$/i.test(localName(element)) || all(element, ...TRAITS).length > 0;
}

/** By the names of messages: a time such as `DataHoraEnvio` is no request. */
function isRequest(element: XmlElement): boolean {
  const isMessage = /^(?:Enviar|Gerar|Consultar|Cancelar|Substituir)\w*Envio$/i.test(localName(element));
  return isMessage || element.children.some(isRequest);
}

const TRAITS = [
  'CompNfse',
  'InfNfse',
  'MensagemRetorno',
  'ListaMensagemRetorno',
  'Protocolo',
  'Situacao',
  'RetCancelamento',
  'NfseCancelamento',
  'Confirmacao',
  'Sucesso',
  'Mensagem',
  'Erro',
  'infEvento',
];

/** Whether an answer shows a note or a cancellation, which weigh more than what another one says. */
export function showsOutcome({ showsNote, cancellation }: AbrasfAnswer): boolean {
  return showsNote || cancellation !== undefined;
}

/** Whether an answer says anything at all. */
export function saysSomething({ notes, messages, alerts, protocol, batchStatus, cancellation }: AbrasfAnswer): boolean {
  return (
    notes.length + messages.length + alerts.length > 0 ||
    [protocol, batchStatus, cancellation].some((one) => one !== undefined)
  );
}

function hasNote(element: XmlElement): boolean {
  return all(element, 'InfNfse').some(hasContent);
}

/** Each note's own element, with what stands around it and is about it alone. */
function noteGroups(root: XmlElement): readonly (readonly [info: XmlElement, group: XmlElement])[] {
  const infos = all(root, 'InfNfse').filter(hasContent);
  const [only] = infos.length === 1 ? infos : [];
  if (only) return [[only, root]];
  return infos.map((info) => [info, innermostGroup(root, info) ?? info] as const);
}

/** The innermost `CompNfse` around a note, or the `Nfse` where several stand in one list. */
function innermostGroup(within: XmlElement, info: XmlElement): XmlElement | undefined {
  const next = within.children.find((child) => child === info || all(child, 'InfNfse').includes(info));
  const inner = next && next !== info ? innermostGroup(next, info) : undefined;
  const isGroup = isNamed(within, 'CompNfse', 'Nfse', 'NFSe') && all(within, 'InfNfse').length === 1;
  return isGroup && !(inner && isNamed(inner, 'CompNfse')) ? within : inner;
}

/** Some answers have a note twice: under the vendor's name for it, and under the model's. */
function distinct(notes: readonly AbrasfNote[]): readonly AbrasfNote[] {
  const byNumber = new Map<string, AbrasfNote>();
  for (const note of notes) {
    const name = `${note.issuerDocument}/${note.number}/${note.rps?.number}`;
    const known = byNumber.get(name);
    byNumber.set(name, known ? { ...known, cancellation: known.cancellation ?? note.cancellation } : note);
  }
  return [...byNumber.values()];
}

/** In the model a confirmation; in some versions of 1.00 a flag and a time. */
function confirmation(rest: XmlElement): ConfirmedCancellation | undefined {
  for (const element of all(rest, 'RetCancelamento', 'NfseCancelamento', 'Confirmacao')) {
    const confirmed = readCancellation(element);
    if (confirmed) return confirmed;
  }
  const succeeded = all(rest, 'Sucesso').some(({ text }) => isAffirmed(text));
  return succeeded
    ? { at: textOf(rest, 'DataHora', 'DataHoraCancelamento'), name: undefined, nfseNumber: undefined }
    : undefined;
}

function cancellingEvent(
  event: XmlElement,
): readonly { readonly accessKey: string | undefined; readonly cancellation: ConfirmedCancellation }[] {
  const types = CANCELLING_EVENTS.map((type) => `e${type}`);
  const [info] = all(event, 'infEvento');
  if (!info || all(info, ...types).length === 0) return [];
  const statuses = all(event, 'Situacao', 'Status', 'SituacaoEvento', 'StatusEvento', 'StatusProcessamento');
  // The issuer's own reason stands deeper, in the request.
  const told = [...statuses, ...[at(info, 'xMotivo') ?? []].flat()];
  if (told.some(({ text }) => wordsStateRejection(text))) return [];
  const id = info.attributes.Id;
  const time = at(info, 'dhProc')?.text.trim();
  return [{ accessKey: textOf(event, 'chNFSe'), cancellation: { at: time, name: id, nfseNumber: undefined } }];
}
