import { createHash, generateKeyPair, type JsonWebKey, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readJson, replaceFile } from '../../durable-file.ts';
import { machines, people } from './identities.ts';

/** What is drawn once for an installation and kept: no two installations share a key or a secret. */
export interface Installation {
  readonly signingKey: JsonWebKey & { readonly kid: string };
  readonly cookieKey: string;
  /** By machine client: the id and secret it signs in with. */
  readonly machines: Readonly<Record<string, { readonly clientId: string; readonly clientSecret: string }>>;
  /** By user name: the password. */
  readonly passwords: Readonly<Record<string, string>>;
}

export const publicKeysFile = (dataDir: string): string => join(dataDir, 'jwks.json');

/** The installation kept in the folder, drawn first when there is none. Leaves the public keys beside it for verifiers. */
export async function openInstallation(dataDir: string): Promise<Installation> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'installation.json');
  const kept = (await readJson(file)) as Installation | undefined;
  const installation = kept ?? (await draw());
  if (!kept) await replaceFile(file, JSON.stringify(installation, null, 2), 0o600);
  const { kty, n, e, kid } = installation.signingKey;
  await replaceFile(publicKeysFile(dataDir), JSON.stringify({ keys: [{ kty, n, e, kid, use: 'sig', alg: 'RS256' }] }));
  return installation;
}

async function draw(): Promise<Installation> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 16);
  const secret = (bytes: number) => randomBytes(bytes).toString('base64url');
  return {
    signingKey: { ...privateKey.export({ format: 'jwk' }), kid },
    cookieKey: secret(32),
    machines: Object.fromEntries(
      machines.map(({ name }) => [
        name,
        { clientId: `${name}-${randomBytes(6).toString('hex')}`, clientSecret: secret(32) },
      ]),
    ),
    passwords: Object.fromEntries(people.map(({ name }) => [name, secret(9)])),
  };
}
