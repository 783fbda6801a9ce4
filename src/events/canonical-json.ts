/** A value that has no canonical form: a fraction, an unpaired surrogate, something that is not JSON. */
export class NotCanonical extends Error {
  override readonly name = 'NotCanonical';
  readonly code = 'not-canonical';
}

/**
 * The one text of a JSON value, for hashing: keys in code-unit order, no white space, members that are `undefined` left out
 * (RFC 8785, narrowed). Numbers must be safe integers and strings well formed, because everything hashed must come back
 * from the database unchanged: fractions and lone surrogates do not.
 *
 * @throws NotCanonical naming the place as a JSON pointer
 */
export function canonicalJson(value: unknown): string {
  return write(value, '');
}

function write(value: unknown, pointer: string): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new NotCanonical(`Text at '${pointer}' has an unpaired surrogate`);
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new NotCanonical(`Number at '${pointer}' is not a safe integer`);
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${pointer}/${index}`)).join(',')}]`;
      if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
        throw new NotCanonical(`Value at '${pointer}' is not plain JSON`);
      }
      return `{${members(value as Record<string, unknown>, pointer).join(',')}}`;
    default:
      throw new NotCanonical(`Value at '${pointer}' is not JSON`);
  }
}

function members(object: Record<string, unknown>, pointer: string): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${write(key, pointer)}:${write(object[key], `${pointer}/${key}`)}`);
}
