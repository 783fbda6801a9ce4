import { gunzipSync, gzipSync } from 'node:zlib';

/** A note is some ten kilobytes; with the largest lists that the layout allows it has two or three megabytes. */
const MAX_XML_BYTES = 4 * 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A document as the national API carries it in JSON: UTF-8, gzip, Base64 on one line. */
export function pack(xml: string): string {
  return gzipSync(Buffer.from(xml, 'utf8')).toString('base64');
}

/**
 * The reverse, for text from outside. Version 1.6 of the authority's server encodes event documents in Base64 twice, so
 * decoding goes on, once more at most, until the gzip header shows.
 *
 * @param texts of the same message that were unpacked already
 * @returns `undefined` for anything that is not such a package, and for one that would grow beyond 4 MB
 */
export function unpack(packed: unknown, texts?: ReadonlyMap<string, string>): string | undefined {
  if (typeof packed !== 'string') return undefined;
  const known = texts?.get(packed);
  if (known !== undefined) return known.replace(/^\uFEFF/, '');
  const once = decode(packed);
  const zipped = isGzip(once) ? once : decode(once?.toString('latin1'));
  if (!zipped || !isGzip(zipped)) return undefined;
  try {
    const bytes = gunzipSync(zipped, { maxOutputLength: MAX_XML_BYTES });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // broken, too large or not UTF-8: no document either way
  }
}

function decode(text: string | undefined): Buffer | undefined {
  const oneLine = text?.replace(/\s+/g, '');
  return oneLine && BASE64.test(oneLine) ? Buffer.from(oneLine, 'base64') : undefined;
}

function isGzip(bytes: Buffer | undefined): boolean {
  return bytes?.[0] === 0x1f && bytes[1] === 0x8b;
}
