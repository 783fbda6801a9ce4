import { unpack } from '../national/packaging.ts';
import type { XmlElement } from '../xml.ts';
import { all, at, isNamed, localName } from './elements.ts';
import { parsedXml, sliceOf, withoutMark } from './parsed-xml.ts';
import { type AbrasfAnswer, looksLikeAnswer, readAnswer, saysSomething, showsOutcome } from './read-answer.ts';
import { inModelNames, type VendorNames } from './vendor-names.ts';

/** What an envelope turned out to hold. */
export type Unwrapped =
  | {
      readonly kind: 'payload';
      /** In the model's names. */
      readonly root: XmlElement;
      /** What it says. */
      readonly answer: AbrasfAnswer;
      /** The document, its own bytes as far as the envelope let them be. */
      readonly xml: string;
      /** Local name of the first element in the envelope, which tells the operation where the document's root does not. */
      readonly operation: string | undefined;
    }
  | { readonly kind: 'fault'; readonly code: string; readonly reason: string }
  /** HTML, JSON, nothing, a broken document, or an envelope with none in it. */
  | { readonly kind: 'nothing' };

type Payload = Unwrapped & { readonly kind: 'payload' };
/** A document that may be the answer. */
type Candidate = Omit<Payload, 'kind' | 'answer'>;

const NOTHING: Unwrapped = { kind: 'nothing' };
/** An answer inside an answer inside an answer is somebody's joke. */
const MAX_ESCAPES = 2;
/** Each may grow to megabytes, and an answer is about one note or two. */
const MAX_PACKED = 10;

/**
 * Finds the model's document in an answer, however the city wraps it: as text in CDATA or escaped (once or twice) under whatever
 * name, as elements, or without any envelope. Of several documents one with a note or a cancellation is the answer, or else one with content:
 * some cities put an empty list or an empty alternative beside it. Local names count; case and prefixes do not.
 *
 * @param names the dialect's own names for parts of an answer
 * @source ABRASF in practice, robust unwrapping
 */
export function unwrap(text: string, names: VendorNames = {}): Unwrapped {
  const parsed = parsedXml(text);
  if (!parsed) return NOTHING;
  const root = unpacked(inModelNames(parsed, names), { left: MAX_PACKED });
  if (isNamed(root, 'Fault')) return fault(root);
  const isEnvelope = isNamed(root, 'Envelope');
  const body = isEnvelope ? at(root, 'Body') : root;
  if (!body) return NOTHING;
  const [faulty] = isEnvelope ? all(body, 'Fault') : [];
  if (faulty) return fault(faulty);

  const operation = body.children[0] && localName(body.children[0]);
  const inline = (element: XmlElement): Candidate => ({
    root: element,
    xml: element === root ? withoutMark(text) : sliceOf(text, root, element),
    operation: isEnvelope ? operation : undefined,
  });
  const whole = isEnvelope ? body.children : [root];
  const inlineOnes = new Set([...answersIn(body), ...whole.filter(looksLikeAnswer)]);
  return mostTelling([
    ...textDocuments(body, names).map((document) => ({ operation, ...document })),
    ...Array.from(inlineOnes, inline),
  ]);

  function mostTelling(candidates: readonly Candidate[]): Unwrapped {
    let telling: Payload | undefined;
    let first: Payload | undefined;
    for (const candidate of candidates) {
      const unfoldedRoot = unfolded(candidate.root, names);
      const payload: Payload = { kind: 'payload', ...candidate, root: unfoldedRoot, answer: readAnswer(unfoldedRoot) };
      if (showsOutcome(payload.answer)) return payload;
      if (saysSomething(payload.answer)) telling ??= payload;
      first ??= payload;
    }
    return telling ?? first ?? NOTHING;
  }
}

/** Elements that are an answer by their name. A list of messages is a part of one. */
function answersIn(element: XmlElement): readonly XmlElement[] {
  const name = localName(element);
  if (/(?:Resposta|Retorno)$/i.test(name) && !/Mensagem|Alerta/i.test(name)) return [element];
  return element.children.flatMap(answersIn);
}

/** The documents that stand as text somewhere in an element. What an invoice says of itself is never one: its client wrote it. */
function textDocuments(element: XmlElement, names: VendorNames): readonly TextDocument[] {
  if (isNamed(element, ...AUTHORED)) return [];
  const document = element.children.length === 0 ? documentIn(element.text, names) : undefined;
  if (document) return looksLikeAnswer(document.root) ? [document] : [];
  return element.children.flatMap((child) => textDocuments(child, names));
}

/** With the texts that are packed as the national API packs them, gzip in Base64, unpacked. */
function unpacked(element: XmlElement, effort: { left: number }): XmlElement {
  if (isNamed(element, ...AUTHORED) && element.children.length === 0) return element;
  if (element.children.length > 0) {
    return { ...element, children: element.children.map((child) => unpacked(child, effort)) };
  }
  if (!PACKED.test(element.text) || effort.left === 0) return element;
  effort.left--;
  return { ...element, text: unpack(element.text) ?? element.text };
}

/** The beginning of gzip in Base64, once and twice. */
const PACKED = /^\s*(?:H4sI|SDRzS)/;

/** Elements whose text is the client's or the city's prose. */
const AUTHORED = [
  'InfNfse',
  'InfDeclaracaoPrestacaoServico',
  'InfRps',
  'infDPS',
  'Discriminacao',
  'MensagemRetorno',
  'Mensagem',
  'Correcao',
];

/** An answer of which a part, such as its note, stands in it as text. */
function unfolded(element: XmlElement, names: VendorNames): XmlElement {
  if (isNamed(element, ...AUTHORED)) return element;
  const document = element.children.length === 0 ? documentIn(element.text, names) : undefined;
  if (document) return { ...element, text: '', children: [document.root] };
  return { ...element, children: element.children.map((child) => unfolded(child, names)) };
}

interface TextDocument {
  readonly root: XmlElement;
  readonly xml: string;
}

function documentIn(text: string, names: VendorNames): TextDocument | undefined {
  let here = text;
  for (let escapes = 0; escapes <= MAX_ESCAPES; escapes++) {
    const trimmed = withoutMark(here);
    if (trimmed.startsWith('<')) {
      const root = parsedXml(trimmed);
      return root && { root: inModelNames(root, names), xml: trimmed };
    }
    if (!trimmed.startsWith('&lt;')) return undefined;
    here = unescapedOnce(trimmed);
  }
  return undefined;
}

/** Whether the code of a SOAP fault says that the call is wrong: the service is not silent then. */
export function isRefusedCall(faultCode: string): boolean {
  return /(?:Client|Sender)$/i.test(faultCode);
}

function fault(element: XmlElement): Unwrapped {
  const text = (...path: readonly string[]) => at(element, ...path)?.text.trim() || undefined;
  return {
    kind: 'fault',
    code: text('faultcode') ?? text('Code', 'Value') ?? 'Fault',
    reason: text('faultstring') ?? text('Reason', 'Text') ?? '',
  };
}

function unescapedOnce(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
