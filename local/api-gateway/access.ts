import { createHash, timingSafeEqual } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { JwtExpiredError } from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';

/** Claims as the Cognito authorizer hands them on: every value is text. */
export type Claims = Readonly<Record<string, string>>;

export type TokenCheck =
  | { readonly claims: Claims }
  | { readonly refused: 'token-missing' | 'token-invalid' | 'token-expired' };

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Checks access tokens of one issuer by its public keys.
 *
 * @returns a function of the `Authorization` header
 */
export function tokenCheck(issuer: string, keys: Jwks): (authorization: string | undefined) => Promise<TokenCheck> {
  // The keys are handed over: the verifier's own download takes https only. No audience: Cognito's access tokens bear none.
  const verifier = JwtVerifier.create({ issuer, audience: null, jwksUri: `${issuer}/jwks` });
  verifier.cacheJwks(keys);
  return async (authorization) => {
    if (!authorization) return { refused: 'token-missing' };
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return { refused: 'token-invalid' };
    try {
      const payload = await verifier.verify(token);
      return payload.token_use === 'access' ? { claims: claimsOf(payload) } : { refused: 'token-invalid' };
    } catch (error) {
      return { refused: error instanceof JwtExpiredError ? 'token-expired' : 'token-invalid' };
    }
  };
}

/** Lists are joined by commas and the times are dates written out, as the authorizer does. */
function claimsOf(payload: Readonly<Record<string, unknown>>): Claims {
  const entries = Object.entries(payload).map(([name, value]) => {
    if (Array.isArray(value)) return [name, value.join(',')];
    if ((name === 'exp' || name === 'iat') && typeof value === 'number') return [name, writtenOut(value)];
    return [name, String(value)];
  });
  return Object.fromEntries(entries);
}

/** `Tue Jan 26 21:28:58 UTC 2027` */
function writtenOut(seconds: number): string {
  const [weekday, day, month, year, time] = new Date(seconds * 1_000).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}

/** Whether the `x-api-key` sent is the one of the usage plan, in a time that says nothing about it. */
export function isApiKey(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}
