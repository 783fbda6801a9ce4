/** An answer's body as text, with the name of the encoding it was read by: both together give the bytes back. */
export interface AnswerText {
  readonly text: string;
  /** Of the Encoding Standard: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly charset: string;
}

const DECLARED = /^[\s\u00EF\u00BB\u00BF]*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']/;
const IN_HEADER = /charset\s*=\s*"?([A-Za-z0-9._:-]{1,40})/i;

/**
 * Reads the bytes of an answer. City halls label Latin-1 as UTF-8 and UTF-8 as Latin-1, so the bytes count for more than what is
 * said of them: a byte order mark decides, then whether they are UTF-8 at all, and only for bytes that are not is the label
 * believed. Latin-1 is read as Windows-1252, which has it whole and in which every byte means something.
 *
 * @param contentType of the answer, where it had one
 */
export function answerText(bytes: Uint8Array, contentType?: string): AnswerText {
  const marked = markOf(bytes);
  if (marked) return decode(bytes, marked);
  const utf8 = strictUtf8(bytes);
  if (utf8 !== undefined) return { text: utf8, charset: 'utf-8' };
  const start = Buffer.from(bytes.subarray(0, 300)).toString('latin1');
  const label = DECLARED.exec(start)?.[1] ?? IN_HEADER.exec(contentType ?? '')?.[1];
  return decode(bytes, label !== undefined && !/^utf-?8$/i.test(label) && isKnown(label) ? label : 'windows-1252');
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes: Uint8Array, label: string): AnswerText {
  const decoder = new TextDecoder(label);
  return { text: decoder.decode(bytes), charset: decoder.encoding };
}
