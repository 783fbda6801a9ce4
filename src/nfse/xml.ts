/** An element as read: text is what stands directly in it, concatenated. */
export interface XmlElement {
  /** As written, prefix included. */
  readonly name: string;
  /** As written, namespace declarations included. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
  /** Everything in it, in the document's order: what a canonical form is made of. */
  readonly content: readonly (XmlElement | XmlComment | string)[];
  /** Where it stands in {@link normalizeLineEnds} of the document: from its `<`, up to behind its last `>`. */
  readonly start: number;
  readonly end: number;
}

export interface XmlComment {
  readonly comment: string;
}

/** The text is not XML of the kind the fiscal documents use. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly code = 'xml';
  /** Where in {@link normalizeLineEnds} of the document, when that is known. */
  readonly at: number | undefined;
  constructor(message: string, at?: number) {
    super(message);
    this.at = at;
  }
}

const MAX_CHARACTERS = 10 * 1024 * 1024;
/** The deepest element of the national layout stands at 14. */
const MAX_DEPTH = 40;
/** A thousand documents of deduction, the most the layout takes, are some twenty thousand elements. */
const MAX_ELEMENTS = 100_000;
const MAX_ATTRIBUTES = 16;

/** XML's name characters outside the supplementary planes; ABRASF has an element with an accent in its name. */
const LETTER =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD';
const PART = `[${LETTER}][${LETTER}\\d.\\u00B7\\u0300-\\u036F\\u203F\\u2040-]*`;
const NAME = `${PART}(?::${PART})?`;
/** XML's white space. `\s` would let in more. */
const S = '[ \\t\\r\\n]';
const ATTRIBUTE = `(${NAME})${S}*=${S}*("[^"<]*"|'[^'<]*')`;
const DECLARATION = /^\uFEFF?(?:<\?xml[ \t\r\n][^<>?]*\?>)?/;
const CLOSING = new RegExp(`</(${NAME})${S}*>`, 'y');
const OPENING = new RegExp(`<(${NAME})((?:${S}+${ATTRIBUTE}){0,${MAX_ATTRIBUTES}})${S}*(/?)>`, 'y');
const COMMENT = /<!--([\s\S]*?)-->/y;
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y;
const TEXT = /[^<]+/y;
const ATTRIBUTES = new RegExp(`${S}*${ATTRIBUTE}`, 'gy');
/** What XML 1.0 has no room for: most control characters, lone surrogates and the two non-characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/u;
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  readonly content: (XmlElement | XmlComment | string)[];
  readonly start: number;
  text: string;
  end: number;
}

/**
 * Reads a whole document. A subset on purpose, for text from outside: no DTD and so no entities but the five of XML itself,
 * no processing instructions, capped in size and depth. Anything outside the subset is an error, never a guess.
 *
 * @throws XmlError
 */
export function parseXml(source: string, maxCharacters: number = MAX_CHARACTERS): XmlElement {
  if (source.length > maxCharacters) throw new XmlError(`The document has more than ${maxCharacters} characters`);
  const text = normalizeLineEnds(source);
  if (FORBIDDEN.test(text)) throw new XmlError('The document has characters that XML does not allow');
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let at = DECLARATION.exec(text)?.[0].length ?? 0;

  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match) at = token.lastIndex;
    return match;
  };
  const close = (element: Open) => {
    element.end = at;
    const parent = open.at(-1);
    parent?.children.push(element);
    parent?.content.push(element);
    if (!parent) root = element;
  };
  const add = (characters: string) => {
    const element = open.at(-1);
    if (element) {
      element.text += characters;
      element.content.push(characters);
    } else if (/[^ \t\r\n]/.test(characters)) throw new XmlError('There is text outside the document element', at);
  };

  while (at < text.length) {
    const characters = take(TEXT);
    if (characters) {
      add(decode(characters[0]));
      continue;
    }
    const closing = take(CLOSING);
    if (closing) {
      const element = open.pop();
      if (!element || element.name !== closing[1]) throw new XmlError(`</${closing[1]}> closes nothing`, closing.index);
      close(element);
      continue;
    }
    const opening = take(OPENING);
    if (opening) {
      if (root) throw new XmlError('There is a second document element', opening.index);
      if (++elements > MAX_ELEMENTS) throw new XmlError(`The document has more than ${MAX_ELEMENTS} elements`);
      if (open.length === MAX_DEPTH) throw new XmlError(`The document is nested deeper than ${MAX_DEPTH}`);
      const element: Open = {
        name: opening[1] ?? '',
        attributes: attributes(opening[2] ?? ''),
        children: [],
        content: [],
        text: '',
        start: opening.index,
        end: at,
      };
      if (opening.at(-1) === '/') close(element);
      else open.push(element);
      continue;
    }
    const cdata = open.length > 0 && take(CDATA);
    if (cdata) {
      add(cdata[1] ?? '');
      continue;
    }
    const remark = { comment: comment(take(COMMENT)?.[1], at) };
    open.at(-1)?.content.push(remark);
  }
  if (!root || open.length > 0) throw new XmlError('The document ends too early', at);
  return root;
}

/** XML reads every line end as one line feed, before anything else. */
export function normalizeLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function comment(content: string | undefined, at: number): string {
  const wellFormed = content !== undefined && !content.includes('--') && !content.endsWith('-');
  if (!wellFormed) throw new XmlError(`The document cannot be read at character ${at}`, at);
  return content;
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

function attributes(source: string): Readonly<Record<string, string>> {
  if (source === '') return NO_ATTRIBUTES;
  const found: Record<string, string> = Object.create(null);
  for (const [, name = '', quoted = ''] of source.matchAll(ATTRIBUTES)) {
    if (name in found) throw new XmlError(`The attribute ${name} is given twice`);
    // White space as such is a space in an attribute; only a reference can put a line feed there.
    found[name] = decode(quoted.slice(1, -1).replace(/[\t\n]/g, ' '));
  }
  return found;
}

function decode(source: string): string {
  if (source.includes(']]>')) throw new XmlError('"]]>" stands in the text');
  if (!source.includes('&')) return source;
  return source.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const decoded = whole.endsWith(';') ? (ENTITIES.get(name) ?? reference(name)) : undefined;
    if (decoded === undefined) throw new XmlError(`${whole} is no entity of ours`);
    return decoded;
  });
}

function reference(name: string): string | undefined {
  const match = /^#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}))$/.exec(name);
  if (!match) return undefined;
  const point = match[1] ? Number(match[1]) : Number.parseInt(match[2] ?? '', 16);
  if (point === 0 || point > 0x10ffff) return undefined;
  const character = String.fromCodePoint(point);
  return FORBIDDEN.test(character) ? undefined : character;
}

/** The element at a path of names below this one, or `undefined`. Where a name repeats, the first. */
export function descend(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = here?.children.find((child) => child.name === name);
  return here;
}
