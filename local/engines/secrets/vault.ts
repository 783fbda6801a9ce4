import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, replaceFile } from '../../durable-file.ts';
import { StackError } from '../../stack-error.ts';

/** One secret as it is now. */
export interface Secret {
  readonly versionId: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface Vault {
  get(name: string): Secret | undefined;
  /** Resolves when the secret is on the disk. */
  put(name: string, secret: Secret): Promise<void>;
}

interface Sealed {
  readonly iv: string;
  readonly tag: string;
  readonly sealed: string;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;

/**
 * Secrets in one file, encrypted and sealed (AES-256-GCM) under a key that is drawn for the installation and stands in a file of its
 * own, both readable by their owner alone. A copy of the one without the other tells nothing.
 *
 * @throws StackError when the file was changed, or is another installation's
 */
export async function openVault(dataDir: string): Promise<Vault> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'secrets.json');
  const key = await openKey(join(dataDir, 'secrets.key'));
  const kept = (await readJson(file)) as Sealed | undefined;
  const secrets = new Map<string, Secret>(kept ? opened(kept, key) : []);
  let written: Promise<void> = Promise.resolve();

  return {
    get: (name) => secrets.get(name),
    put(name, secret) {
      secrets.set(name, secret);
      const text = JSON.stringify(sealedBy(key, JSON.stringify([...secrets])));
      // One write after the other: of two at once the older one might come last.
      written = written.catch(() => undefined).then(() => replaceFile(file, text, 0o600));
      return written;
    },
  };
}

async function openKey(path: string): Promise<Buffer> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  const key = Buffer.from(kept, 'base64');
  if (key.length === KEY_BYTES) return key;
  const drawn = randomBytes(KEY_BYTES);
  await replaceFile(path, drawn.toString('base64'), 0o600);
  return drawn;
}

function sealedBy(key: Buffer, text: string): Sealed {
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key, iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  return { iv: iv.toString('base64'), tag: cipher.getAuthTag().toString('base64'), sealed };
}

function opened({ iv, tag, sealed }: Sealed, key: Buffer): [string, Secret][] {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64'), { authTagLength: 16 });
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    const text = Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8');
    return JSON.parse(text) as [string, Secret][];
  } catch (cause) {
    throw new StackError(
      'The secrets of this folder cannot be opened, because its key or its file was changed: start with --fresh, or restore both.',
      { cause },
    );
  }
}
