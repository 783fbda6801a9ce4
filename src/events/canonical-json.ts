/** A value that has no canonical form: a fraction, an unpaired surrogate, something that is not JSON. */
export class NotCanonical extends Error {
  override readonly name = 'NotCanonical';
  readonly code = 'not-canonical';
  readonly what: string;
  readonly wrong: string;
  /** Where it stands, a JSON pointer. */
  readonly pointer: string;
  constructor(what: string, wrong: string, pointer = '') {
    super(`${what} at '${pointer}' ${wrong}`);
    this.what = what;
    this.wrong = wrong;
    this.pointer = pointer;
  }
}

/**
 * The one text of a JSON value, for hashing: keys in code-unit order, no white space, members that are `undefined` left out
 * (RFC 8785, narrowed). Numbers must be safe integers and strings well formed, because everything hashed must come back
 * from the database unchanged: fractions and lone surrogates do not.
 *
 * Whole histories are hashed with it, so it is written for speed: text is joined as it comes, and the place of a mistake is made
 * out only once there is one.
 *
 * @throws NotCanonical naming the place as a JSON pointer
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new NotCanonical('Text', 'has an unpaired surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new NotCanonical('Number', 'is not a safe integer');
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? list(value) : object(value as Record<string, unknown>);
    default:
      throw new NotCanonical('Value', 'is not JSON');
  }
}

function list(items: readonly unknown[]): string {
  let written = '';
  let index = 0;
  try {
    for (; index < items.length; index++) written += `${index === 0 ? '' : ','}${canonicalJson(items[index])}`;
  } catch (error) {
    throw within(index, error);
  }
  return `[${written}]`;
}

function object(members: Record<string, unknown>): string {
  const prototype = Object.getPrototypeOf(members);
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonical('Value', 'is not plain JSON');
  let written = '';
  let key = '';
  try {
    for (key of inOrder(Object.keys(members))) {
      const value = members[key];
      if (value !== undefined) written += `${written === '' ? '' : ','}${canonicalJson(key)}:${canonicalJson(value)}`;
    }
  } catch (error) {
    throw within(key, error);
  }
  return `{${written}}`;
}

/** Sorted by code units. Few objects have many keys, and for a few an insertion is faster than the general sort. */
function inOrder(keys: string[]): string[] {
  if (keys.length > MANY_KEYS) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let place = i;
    for (; place > 0 && (keys[place - 1] as string) > key; place--) keys[place] = keys[place - 1] as string;
    keys[place] = key;
  }
  return keys;
}

const MANY_KEYS = 24;

function within(step: string | number, error: unknown): unknown {
  return error instanceof NotCanonical ? new NotCanonical(error.what, error.wrong, `/${step}${error.pointer}`) : error;
}
