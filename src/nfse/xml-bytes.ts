/** The bytes of an XML document cannot be read as the text they claim to be. */
export class XmlEncodingError extends Error {
  override readonly name = 'XmlEncodingError';
  readonly code = 'xml-encoding';
}

export type XmlEncoding = 'utf-8' | 'iso-8859-1';

const DECLARED = /^<\?xml[^>]{0,200}?\sencoding\s{0,20}=\s{0,20}["']([A-Za-z0-9._-]{1,40})["']/;
const LATIN1 = ['iso-8859-1', 'iso8859-1', 'latin1'];

/**
 * The text of an XML document by its own declaration: UTF-8, with or without a byte order mark, or Latin-1, which some city
 * halls still write.
 *
 * @throws XmlEncodingError for another encoding, and for bytes that are not in the one declared
 */
export function decodeXml(bytes: Buffer): { readonly text: string; readonly encoding: XmlEncoding } {
  const declared = DECLARED.exec(bytes.subarray(0, 200).toString('latin1'))?.[1]?.toLowerCase() ?? 'utf-8';
  if (LATIN1.includes(declared)) return { text: bytes.toString('latin1'), encoding: 'iso-8859-1' };
  if (!['utf-8', 'utf8', 'us-ascii'].includes(declared)) throw new XmlEncodingError(`Unknown encoding ${declared}`);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch (cause) {
    throw new XmlEncodingError('The bytes are not UTF-8', { cause });
  }
}

/** The bytes of a document in the encoding that its declaration names. */
export function encodeXml(text: string, encoding: XmlEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.toString('latin1') !== text) throw new XmlEncodingError('The text has characters that Latin-1 lacks');
  return bytes;
}
