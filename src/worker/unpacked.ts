import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { pack } from '../nfse/national/packaging.ts';
import type { PackedTexts } from './providers/transport.ts';

/** What went over the wire, or would have: a request or an answer. */
interface Message {
  readonly body?: string;
  readonly texts?: PackedTexts;
}

/** A text that a message carried as gzip in Base64. */
interface UnpackedText {
  readonly text: string;
  /** Of the packed text as it stood in the body, between its quotes: SHA-256, base64url. */
  readonly sha256: string;
}

interface WithUnpacked {
  /** For each `{unpacked:0}`, `{unpacked:1}` … in the body what stood there. */
  readonly unpacked?: readonly UnpackedText[] | undefined;
}

const MARK = '{unpacked:';

/**
 * A JSON string that may be gzip in Base64: its first three bytes are always the same. The authority's server encodes some documents in
 * Base64 twice. What is no such string after all, like one with a quote in it, does not decode.
 */
const PACKED = /(?<!\\)"((?:H4sI|SDRzS)[^"]*)"/g;

/** Signs of Base64 that a JSON writer may spell otherwise: PHP does it to `/`, .NET to `+` and `=`. */
const ESCAPED = /\\(?:(\/)|u00(2[BbFf]|3[Dd]))/g;

/** Nothing that XML may contain, and six times as long in JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\x0B\x0C\x0E-\x1F]/;

/** An answer that lists a note's events has a few. */
const MOST_TEXTS = 50;

/**
 * Of a body and its texts together. As much as an answer may have by itself: a record with texts needs no more memory than one of a large
 * answer. Few notes reach a tenth of it; longer ones stay packed.
 */
const MOST_BYTES = 1024 * 1024;

/** What deflate makes of a byte, at the most. */
const MOST_GROWTH = 1032;

/** A message as it is kept, and the texts of its body by what stands there. */
interface Unpacking<Sent extends Message> {
  readonly kept: Omit<Sent, 'texts'> & WithUnpacked;
  readonly texts: PackedTexts;
}

/**
 * A message with the texts beside its body that the body carries packed, for people to read and for archives to compress. All else of
 * the body stays byte for byte, and each packed text is known by its hash, so that who has the bytes can tell that they are these.
 *
 * What does not unpack cleanly stays where it is: damaged, with something behind it, no text, or beyond 50 texts or 1 MB with the body. A
 * body that contains the mark itself stays whole, so that a mark in a record always stands for a text. What the message's own `texts`
 * have is not unpacked again.
 */
export function unpackedTexts<Sent extends Message>({ texts: known, ...message }: Sent): Unpacking<Sent> {
  const { body } = message;
  const found = new Map<string, string>();
  if (body === undefined || body.includes(MARK)) return { kept: message, texts: found };
  const texts: UnpackedText[] = [];
  const parts: string[] = [];
  let done = 0;
  let bytesLeft = MOST_BYTES - Buffer.byteLength(body);
  for (const { 1: packed = '', index } of body.matchAll(PACKED).take(MOST_TEXTS)) {
    if (bytesLeft <= 0) break;
    const base64 = unescaped(packed);
    const text = keepable(known?.get(base64), bytesLeft) ?? textIn(base64, bytesLeft);
    // What was tried in vain counts by what it may have come to: a body full of bombs costs no more than one of texts.
    bytesLeft -= text === undefined ? packed.length * MOST_GROWTH : Buffer.byteLength(text);
    if (text !== undefined) {
      parts.push(body.slice(done, index + 1), `${MARK}${texts.length}}`);
      texts.push({ text, sha256: createHash('sha256').update(packed).digest('base64url') });
      found.set(base64, text);
      done = index + 1 + packed.length;
    }
  }
  if (texts.length === 0) return { kept: message, texts: found };
  return { kept: { ...message, body: parts.join('') + body.slice(done), unpacked: texts }, texts: found };
}

/** The message as {@link unpackedTexts} keeps it. */
export function unpacked<Sent extends Message>(message: Sent): Unpacking<Sent>['kept'] {
  return unpackedTexts(message).kept;
}

/**
 * The body of a kept message with its texts packed: what it said, if not in the same bytes, since everybody's gzip packs a little
 * differently.
 */
export function packedAgain({ body = '', unpacked: texts }: Message & WithUnpacked): string {
  return texts ? body.replace(/\{unpacked:(\d+)\}/g, (mark, at) => (texts[at] ? pack(texts[at].text) : mark)) : body;
}

function keepable(text: string | undefined, mostBytes: number): string | undefined {
  return text === undefined || CONTROL.test(text) || Buffer.byteLength(text) > mostBytes ? undefined : text;
}

/** The JSON string's value, as far as Base64 needs it. */
function unescaped(packed: string): string {
  return packed.replace(ESCAPED, (_, slash, code) => slash ?? String.fromCharCode(Number.parseInt(code, 16)));
}

/** Stricter than reading an answer has to be: whatever is beside the text would be lost. */
function textIn(base64: string, mostBytes: number): string | undefined {
  const once = decode(base64);
  const zipped = base64.startsWith('H4sI') ? once : decode(once?.toString('latin1'));
  if (!zipped) return undefined;
  try {
    const bytes = gunzipSync(zipped, { maxOutputLength: mostBytes, rejectGarbageAfterEnd: true });
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return keepable(text, mostBytes);
  } catch {
    return undefined; // damaged, too large or not UTF-8
  }
}

function decode(base64: string | undefined): Buffer | undefined {
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
