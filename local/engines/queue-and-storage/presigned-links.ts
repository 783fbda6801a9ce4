import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why S3 refuses a request: its own error code, and the status that goes with it. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly code: string;
  readonly message: string;
}

const MAX_EXPIRES_SECONDS = 604_800;
const MAX_AHEAD_SECONDS = 900;
const ALGORITHM = 'AWS4-HMAC-SHA256';
const CREDENTIAL = /^[\w+=,.@-]+\/(\d{8})\/([\w-]+)\/s3\/aws4_request$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

const refused = (code: string, message: string, status: Refusal['status'] = 403): Refusal => ({
  status,
  code,
  message,
});
const malformed = (message: string) => refused('AuthorizationQueryParametersError', message, 400);

/**
 * Checks who asks S3 for something, as far as it matters here: a presigned link must bear a signature that is right and not too old. Of a
 * request that is signed in its headers nothing is checked, because on the loopback interface they come from our own programs.
 *
 * @param url path and query as they were sent
 * @param secret of every access key of the local stack
 * @returns `undefined` where the request may go on
 * @source Signature Version 4, authenticating requests by query parameters
 */
export function refusalOf(
  { method, url, headers }: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders },
  secret: string,
  nowMs: number,
): Refusal | undefined {
  const [path = '', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  if (!query.has('X-Amz-Signature')) {
    return headers.authorization?.startsWith(ALGORITHM) ? undefined : refused('AccessDenied', 'Access Denied');
  }
  const [, day = '', region = ''] = CREDENTIAL.exec(query.get('X-Amz-Credential') ?? '') ?? [];
  const date = query.get('X-Amz-Date') ?? '';
  const signedAtMs = millisecondsOf(date);
  const expires = /^\d{1,7}$/.test(query.get('X-Amz-Expires') ?? '') ? Number(query.get('X-Amz-Expires')) : undefined;
  if (query.get('X-Amz-Algorithm') !== ALGORITHM || day === '' || signedAtMs === undefined || !date.startsWith(day)) {
    return malformed('Error parsing the X-Amz-Algorithm, X-Amz-Credential or X-Amz-Date parameter');
  }
  if (expires === undefined || expires > MAX_EXPIRES_SECONDS) {
    return malformed('X-Amz-Expires must be a whole number of seconds, at most a week');
  }
  if (signedAtMs > nowMs + MAX_AHEAD_SECONDS * 1_000) return refused('AccessDenied', 'Request is not valid yet');
  if (signedAtMs + expires * 1_000 < nowMs) return refused('AccessDenied', 'Request has expired');

  const names = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  if (!names.includes('host')) return malformed('The host header must be signed');
  const canonical = [
    method,
    canonicalPath(path),
    canonicalQuery(search),
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/ +/g, ' ')}`,
    ),
    '',
    names.join(';'),
    query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secret}`, day), region));
  const expected = hmac(key, [ALGORITHM, date, scope, sha256(canonical)].join('\n')).toString('hex');
  return isSame(query.get('X-Amz-Signature') ?? '', expected)
    ? undefined
    : refused('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided');
}

function millisecondsOf(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Each part between slashes encoded once: S3 alone does not encode what is encoded already. */
const canonicalPath = (path: string): string => path.split('/').map(reencoded).join('/');

function canonicalQuery(search: string): string {
  return search
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [reencoded(name), reencoded(value.join('='))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, of], [b, other]) => compared(a, b) || compared(of, other))
    .map((pair) => pair.join('='))
    .join('&');
}

const compared = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Percent-encoding as AWS wants it, of text that may be encoded in another way. */
function reencoded(text: string): string {
  return encodeURIComponent(decoded(text)).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
