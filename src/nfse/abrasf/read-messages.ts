import type { XmlElement } from '../xml.ts';
import { at, isNamed, localName, textOf } from './elements.ts';

/** One message of a city hall, whole. The code is as it came, trimmed: some put text there. */
export interface AbrasfMessage {
  readonly code: string;
  readonly text: string;
  readonly correction: string | undefined;
  /** Number of the RPS that it is about, in the answer about a batch. */
  readonly rpsNumber: string | undefined;
}

export interface AbrasfMessages {
  readonly messages: readonly AbrasfMessage[];
  readonly alerts: readonly AbrasfMessage[];
}

const MAX_MESSAGES = 200;
const MAX_CODE = 40;

/**
 * The messages of an answer, whatever holds them: the model's list, a list that holds code and text itself, `Erro`, or a bare text.
 *
 * @param answer in the model's names, without its notes
 */
export function readMessages(answer: XmlElement): AbrasfMessages {
  const messages: AbrasfMessage[] = [];
  const alerts: AbrasfMessage[] = [];
  const visit = (element: XmlElement, within: AbrasfMessage[]): void => {
    const list = /alerta/i.test(localName(element)) ? alerts : within;
    if (isMessage(element)) list.push(...messagesIn(element));
    for (const child of element.children) visit(child, list);
  };
  visit(answer, messages);
  return { messages: messages.slice(0, MAX_MESSAGES), alerts: alerts.slice(0, MAX_MESSAGES) };
}

/** An element that holds code or text of a message, or is itself the text of one. */
function isMessage(element: XmlElement): boolean {
  const holds = (...names: readonly string[]) =>
    element.children.some((child) => child.children.length === 0 && isNamed(child, ...names));
  if (holds('Mensagem') || (holds('Codigo') && holds('Descricao'))) return true;
  if (isNamed(element, 'MensagemRetorno') || (isNamed(element, 'Erro', 'Mensagem') && holds('Codigo'))) return true;
  return element.children.length === 0 && isNamed(element, ...BARE_TEXTS);
}

/** Elements that some cities fill with the message's text alone. */
const BARE_TEXTS = [
  'ListaMensagemRetorno',
  'ListaMensagemRetornoLote',
  'ListaMensagemAlertaRetorno',
  'Mensagens',
  'Erros',
  'Erro',
  'string', // what .NET calls an item of a list of texts
];

function messagesIn(element: XmlElement): readonly AbrasfMessage[] {
  const texts = (...names: readonly string[]) =>
    element.children
      .filter((child) => child.children.length === 0 && isNamed(child, ...names))
      .map(({ text }) => text.trim());
  const codes = texts('Codigo');
  const words = texts('Mensagem', 'Descricao', 'Texto');
  const corrections = texts('Correcao');
  const rpsNumber = textOf(at(element, 'IdentificacaoRps'), 'Numero');
  // Some put code, text, code, text into one element; some nothing but a text.
  return Array.from({ length: Math.max(codes.length, words.length, 1) }, (_, place) => ({
    ...codeAndText(codes[place] ?? '', words[place] ?? (element.children.length === 0 ? element.text.trim() : '')),
    correction: corrections[place] || undefined,
    rpsNumber,
  })).filter(({ code, text }) => code !== '' || text !== '');
}

function codeAndText(code: string, text: string): Pick<AbrasfMessage, 'code' | 'text'> {
  const [, leading, bracketed] = (code === '' && LEADING_CODE.exec(text)) || [];
  return { code: (leading ?? bracketed ?? code).slice(0, MAX_CODE), text };
}

/** `E160: …`, `E160 - …`, `[E160] …` */
const LEADING_CODE = /^(?:([A-Z]{1,4}\d{1,5})\s*[-–:]|\[([A-Z]{1,4}\d{1,5})\])/;
