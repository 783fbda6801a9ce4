import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { pack } from './providers/national/packaging.ts';

/** What went over the wire, or would have: a request or an answer. */
interface Message {
  readonly body?: string;
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

/**
 * A message with the texts beside its body that the body carries packed, for people to read and for archives to compress. All else of
 * the body stays byte for byte, and each packed text is known by its hash, so that who has the bytes can tell that they are these.
 *
 * What does not unpack cleanly stays where it is: damaged, with something behind it, no text, or beyond 50 texts or 1 MB with the body. A
 * body that contains the mark itself stays whole, so that a mark in a record always stands for a text.
 */
export function unpacked<Sent extends Message>(message: Sent): Sent & WithUnpacked {
  const { body } = message;
  if (body === undefined || body.includes(MARK)) return message;
  const texts: UnpackedText[] = [];
  const parts: string[] = [];
  let done = 0;
  let bytesLeft = MOST_BYTES - Buffer.byteLength(body);
  for (const { 1: packed = '', index } of body.matchAll(PACKED).take(MOST_TEXTS)) {
    if (bytesLeft <= 0) break;
    const text = textIn(packed, bytesLeft);
    // What was tried in vain counts by what it may have come to: a body full of bombs costs no more than one of texts.
    bytesLeft -= text === undefined ? packed.length * MOST_GROWTH : Buffer.byteLength(text);
    if (text !== undefined) {
      parts.push(body.slice(done, index + 1), `${MARK}${texts.length}}`);
      texts.push({ text, sha256: createHash('sha256').update(packed).digest('base64url') });
      done = index + 1 + packed.length;
    }
  }
  return texts.length === 0 ? message : { ...message, body: parts.join('') + body.slice(done), unpacked: texts };
}

/**
 * The body of a kept message with its texts packed: what it said, if not in the same bytes, since everybody's gzip packs a little
 * differently.
 */
export function packedAgain({ body = '', unpacked: texts }: Message & WithUnpacked): string {
  return texts ? body.replace(/\{unpacked:(\d+)\}/g, (mark, at) => (texts[at] ? pack(texts[at].text) : mark)) : body;
}

/** Stricter than reading an answer has to be: whatever is beside the text would be lost. */
function textIn(packed: string, mostBytes: number): string | undefined {
  const base64 = packed.replace(ESCAPED, (_, slash, code) => slash ?? String.fromCharCode(Number.parseInt(code, 16)));
  const once = decode(base64);
  const zipped = packed.startsWith('H4sI') ? once : decode(once?.toString('latin1'));
  if (!zipped) return undefined;
  try {
    const bytes = gunzipSync(zipped, { maxOutputLength: mostBytes, rejectGarbageAfterEnd: true });
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined; // damaged, too large or not UTF-8
  }
}

function decode(base64: string | undefined): Buffer | undefined {
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
