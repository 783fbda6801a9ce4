/** Writers of ASN.1's distinguished encoding: what certificates and their files are made of. Each returns a whole value. */
export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text, 'utf8'));
export const printable = (text: string): Buffer => der(0x13, Buffer.from(text, 'latin1'));
export const ia5 = (text: string): Buffer => der(0x16, Buffer.from(text, 'latin1'));
export const bmp = (text: string): Buffer => der(0x1e, Buffer.from(text, 'utf16le').swap16());
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Buffer => der(0x05);

/** A bit string; `unused` is how many bits at its end do not count. */
export const bits = (bytes: Buffer, unused = 0): Buffer => der(0x03, Buffer.from([unused]), bytes);

/** A positive integer, given as its bytes or as a small number. */
export function integer(value: number | Buffer): Buffer {
  const digits = typeof value === 'number' ? value.toString(16) : value.toString('hex');
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** What has a number of its own in the structure around it: constructed, or (for `implicit`) in place of a primitive's own tag. */
export const context = (number: number, ...content: readonly Buffer[]): Buffer => der(0xa0 | number, ...content);
export const implicit = (number: number, bytes: Buffer): Buffer => der(0x80 | number, bytes);

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(number: number): number[] {
  const groups = [number & 0x7f];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
    groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

/** A time as certificates write it until 2049: two digits of the year. */
export function utcTime(at: Date): Buffer {
  const compact = at.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${compact}Z`, 'latin1'));
}
