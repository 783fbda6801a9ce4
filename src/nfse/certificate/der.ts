/** One value of ASN.1 as encoded. */
export interface DerValue {
  /** First byte: class, constructed or not, and number. */
  readonly tag: number;
  readonly content: Buffer;
  /** From its tag to its end. */
  readonly encoded: Buffer;
}

export const TAG = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/** The bytes are not ASN.1 of the kind that certificates are made of. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly code = 'der';
}

const CONSTRUCTED = 0x20;
/** Files of old exporters leave lengths open, one level within the other. */
const MAX_OPEN_LENGTHS = 12;

/**
 * Reads the first value of some bytes: DER, and of BER the lengths left open and the strings in pieces that PFX files have.
 *
 * @throws DerError
 */
export function readDer(bytes: Buffer, openLengths = 0): DerValue {
  const tag = bytes[0] ?? 0;
  const first = bytes[1];
  if (first === undefined || (tag & 0x1f) === 0x1f) throw new DerError('There is no value');
  if (first === 0x80) return readOpen(bytes, tag, openLengths);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || bytes.length < 2 + lengthBytes) throw new DerError('A length cannot be read');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  if (bytes.length < start + length) throw new DerError('A value is longer than what holds it');
  return { tag, content: bytes.subarray(start, start + length), encoded: bytes.subarray(0, start + length) };
}

function readOpen(bytes: Buffer, tag: number, openLengths: number): DerValue {
  if (!(tag & CONSTRUCTED) || openLengths === MAX_OPEN_LENGTHS) throw new DerError('A length is left open');
  let at = 2;
  while (bytes[at] !== 0 || bytes[at + 1] !== 0) at += readDer(bytes.subarray(at), openLengths + 1).encoded.length;
  return { tag, content: bytes.subarray(2, at), encoded: bytes.subarray(0, at + 2) };
}

/** The values inside a constructed one. */
export function inside(value: DerValue | undefined, tag?: number): DerValue[] {
  if (!value || !(value.tag & CONSTRUCTED) || (tag !== undefined && value.tag !== tag)) {
    throw new DerError('Another kind of value was expected');
  }
  const values: DerValue[] = [];
  for (let at = 0; at < value.content.length; ) {
    const next = readDer(value.content.subarray(at));
    values.push(next);
    at += next.encoded.length;
  }
  return values;
}

/** The bytes of an octet string, given in one piece or in several. `tag` is another for one with an implicit tag. */
export function octets(value: DerValue | undefined, tag: number = TAG.octets): Buffer {
  if (!value || (value.tag & ~CONSTRUCTED) !== (tag & ~CONSTRUCTED)) throw new DerError('Octets were expected');
  return value.tag & CONSTRUCTED ? Buffer.concat(inside(value).map((piece) => octets(piece))) : value.content;
}

/** An object identifier in its usual form, as `1.2.840.113549.1.7.1`. */
export function oid(value: DerValue | undefined): string {
  if (value?.tag !== TAG.oid || value.content.length === 0 || value.content.length > 64) throw new DerError('No OID');
  const numbers: number[] = [];
  let number = 0;
  for (const byte of value.content) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [head = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - root * 40, ...rest].join('.');
}

/** A small positive number, as lengths and counts are. */
export function count(value: DerValue | undefined): number {
  if (value?.tag !== TAG.integer || value.content.length === 0 || value.content.length > 4)
    throw new DerError('No count');
  const number = value.content.readIntBE(0, value.content.length);
  if (number < 0) throw new DerError('No count');
  return number;
}
