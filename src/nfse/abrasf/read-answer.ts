import type { XmlElement } from '../xml.ts';
import { all, at, localName, textOf } from './elements.ts';
import { type ConfirmedCancellation, readCancellation } from './read-cancellation.ts';
import { type AbrasfNote, readNote } from './read-note.ts';

/** One message of a city hall, whole. The code is as it came, trimmed: some put text there. */
export interface AbrasfMessage {
  readonly code: string;
  readonly text: string;
  readonly correction: string | undefined;
  /** Number of the RPS that it is about, in the answer about a batch. */
  readonly rpsNumber: string | undefined;
}

/** Everything an answer says, whatever the operation was. */
export interface AbrasfAnswer {
  readonly notes: readonly AbrasfNote[];
  readonly messages: readonly AbrasfMessage[];
  readonly alerts: readonly AbrasfMessage[];
  readonly protocol: string | undefined;
  /** Status of a batch: 1 not received, 2 not processed, 3 processed with errors, 4 processed. */
  readonly batchStatus: '1' | '2' | '3' | '4' | undefined;
  readonly cancellation: ConfirmedCancellation | undefined;
}

const MOST_MESSAGES = 200;

/**
 * Reads the root of an answer, leniently: by local names, in any order, with texts and codes longer than the model has them.
 *
 * @source ABRASF 2.04, response shapes; what implementers report of cities
 */
export function readAnswer(root: XmlElement): AbrasfAnswer {
  const alertLists = all(root, 'ListaMensagemAlertaRetorno');
  const alerts = alertLists.flatMap((list) => all(list, 'MensagemRetorno', 'MensagemAlerta'));
  const messages = all(root, 'MensagemRetorno').filter((message) => !alerts.includes(message));
  const status = textOf(root, 'Situacao');
  return {
    notes: all(root, 'CompNfse', 'ComplNfse').flatMap((element) => readNote(element) ?? []),
    messages: messages.slice(0, MOST_MESSAGES).flatMap(readMessage),
    alerts: alerts.slice(0, MOST_MESSAGES).flatMap(readMessage),
    protocol: textOf(root, 'Protocolo'),
    batchStatus: status === '1' || status === '2' || status === '3' || status === '4' ? status : undefined,
    cancellation: confirmation(root),
  };
}

/** Whether an element is, or holds, something that an answer of the model is made of. */
export function looksLikeAnswer(element: XmlElement): boolean {
  const name = localName(element);
  // Some gateways echo the request.
  if (name.endsWith('Envio')) return false;
  return /(?:Resposta|Retorno)$/.test(name) || all(element, ...TRAITS).length > 0;
}

const TRAITS = ['CompNfse', 'MensagemRetorno', 'Protocolo', 'Situacao', 'RetCancelamento', 'NfseCancelamento'];

function readMessage(element: XmlElement): AbrasfMessage[] {
  const code = at(element, 'Codigo')?.text.trim() ?? '';
  const text = at(element, 'Mensagem')?.text.trim() ?? '';
  if (code === '' && text === '') return [];
  return [
    {
      code: code.slice(0, 40),
      text,
      correction: at(element, 'Correcao')?.text.trim() || undefined,
      rpsNumber: textOf(at(element, 'IdentificacaoRps'), 'Numero'),
    },
  ];
}

/** In the model a confirmation; in some versions of 1.00 a flag and a time. Those inside a note belong to the note. */
function confirmation(root: XmlElement): ConfirmedCancellation | undefined {
  const given = all(root, 'CompNfse', 'RetCancelamento', 'NfseCancelamento', 'Cancelamento', 'Sucesso').find(
    (element) => localName(element) !== 'CompNfse',
  );
  if (!given) return undefined;
  if (localName(given) === 'Sucesso') {
    return given.text.trim().toLowerCase() === 'true'
      ? { at: textOf(root, 'DataHora', 'DataHoraCancelamento'), name: undefined, nfseNumber: undefined }
      : undefined;
  }
  return readCancellation(given);
}
