import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isApiKey, tokenCheck } from './access.ts';

const issuer = 'http://127.0.0.1:4281';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = publicKey.export({ format: 'jwk' });
const check = tokenCheck(issuer, {
  keys: [{ kty: 'RSA', kid: 'k', alg: 'RS256', use: 'sig', n: jwk.n ?? '', e: jwk.e ?? '' }],
});

const now = Math.floor(Date.now() / 1_000);
const good = {
  iss: issuer,
  sub: 'client-1',
  token_use: 'access',
  iat: now,
  exp: now + 60,
  'cognito:groups': ['client', 'ops'],
};
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function bearer(payload: object, header: object = { alg: 'RS256', kid: 'k' }): string {
  const signed = `${part(header)}.${part(payload)}`;
  return `Bearer ${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

describe('checking a token', () => {
  it('hands its claims on as text, lists joined by commas', async () => {
    expect(await check(bearer(good))).toMatchObject({ claims: { sub: 'client-1', 'cognito:groups': 'client,ops' } });
  });

  it.each([
    ['none', undefined, 'token-missing'],
    ['another scheme', 'Basic abc', 'token-invalid'],
    ['an expired one', bearer({ ...good, exp: now - 60 }), 'token-expired'],
    ["another issuer's", bearer({ ...good, iss: 'http://evil' }), 'token-invalid'],
    ['an id token', bearer({ ...good, token_use: 'id' }), 'token-invalid'],
    ['an unsigned one', `Bearer ${part({ alg: 'none', kid: 'k' })}.${part(good)}.x`, 'token-invalid'],
    ['one with its claims changed', bearer(good).replace(part(good), part({ ...good, sub: 'admin' })), 'token-invalid'],
  ])('refuses %s', async (_, authorization, refused) => {
    expect(await check(authorization)).toEqual({ refused });
  });
});

describe('the API key', () => {
  it('is compared whole', () => {
    const key = createHash('sha256').update('x').digest('hex');
    expect([isApiKey(key, key), isApiKey(key.slice(1), key), isApiKey(undefined, key)]).toEqual([true, false, false]);
  });
});
