import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';

/** A token as the stack's own server signs it, with other claims than one that it gave. */
export function signedToken(given: string, changes: object): string {
  const [header = '', claims = ''] = given.split('.');
  const file = path.join(path.dirname(inject('credentials')), 'openid/installation.json');
  const { signingKey } = JSON.parse(readFileSync(file, 'utf8'));
  const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')), ...changes };
  const content = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`;
  const key = createPrivateKey({ key: signingKey, format: 'jwk' });
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), key).toString('base64url')}`;
}
