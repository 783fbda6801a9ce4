/** What a request line asks for, decoded. */
export interface Target {
  /** As it was sent, without the query. */
  readonly path: string;
  /** Decoded, one for each part between slashes. */
  readonly segments: readonly string[];
  /** Decoded pairs, in their order. */
  readonly query: readonly (readonly [string, string])[];
}

const CONTROL = /\p{Cc}/u;
const VISIBLE_ASCII = /^\/[\x21-\x7e]*$/;

/** @returns `undefined` when the text is no path, or its percent-encoding is broken or hides a control character */
export function parseTarget(url: string): Target | undefined {
  if (!VISIBLE_ASCII.test(url)) return undefined;
  const [path = '', ...rest] = url.split('?');
  const search = rest.join('?').split('#')[0] ?? '';
  try {
    return {
      path,
      segments: path.slice(1).split('/').map(decoded),
      query: search
        .split('&')
        .filter(Boolean)
        .map((pair) => {
          const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
          return [decoded(name), decoded(value.join('='))] as const;
        }),
    };
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  const plain = decodeURIComponent(text);
  if (CONTROL.test(plain)) throw new URIError('a control character');
  return plain;
}
