import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretReader, secretWriter } from '../../src/platform/secrets-manager.ts';
import { StackError } from '../stack-error.ts';
import { type Secrets, startSecrets } from './secrets.ts';

const company = '11222333000181';
const secret = (key: string) => ({ key, certificate: 'certificate' });
let folder: string;
let running: Secrets;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-secrets-'));
  running = await startSecrets({ port: 0, dataDir: folder });
});
afterEach(async () => {
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

function ports() {
  const client = new SecretsManagerClient({
    endpoint: running.endpoint,
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return { writer: secretWriter(client, 'nfse/'), reader: secretReader(client, 'nfse/') };
}

describe('the certificates of companies, through the unmodified client', () => {
  it('are not there at first', async () => expect(await ports().reader.get(company)).toBeUndefined());

  it('are created, and replaced under another version', async () => {
    const { writer, reader } = ports();
    await writer.put(company, secret('first'));
    const first = await reader.get(company);
    await writer.put(company, secret('second'));
    const second = await reader.get(company);
    expect(first?.secret).toEqual(secret('first'));
    expect(second?.secret).toEqual(secret('second'));
    expect(second?.version).not.toBe(first?.version);
  });

  it('may be created by two at once', async () => {
    const { writer, reader } = ports();
    await Promise.all(['one', 'two', 'three'].map((key) => writer.put(company, secret(key))));
    expect((await reader.get(company))?.secret.key).toMatch(/one|two|three/);
  });

  it('outlive a restart', async () => {
    await ports().writer.put(company, secret('kept'));
    await running.stop();
    running = await startSecrets({ port: 0, dataDir: folder });
    expect((await ports().reader.get(company))?.secret).toEqual(secret('kept'));
  });

  it('lie encrypted on the disk, for their owner alone', async () => {
    const key = randomUUID();
    await ports().writer.put(company, secret(key));
    const files = await readdir(folder);
    expect(files.sort()).toEqual(['secrets.json', 'secrets.key']);
    for (const file of files.map((name) => join(folder, name))) {
      expect((await stat(file)).mode & 0o077).toBe(0);
      expect(await readFile(file, 'utf8')).not.toContain(key);
    }
  });

  it('are not taken from a file that somebody changed', async () => {
    await ports().writer.put(company, secret('kept'));
    const file = join(folder, 'secrets.json');
    const sealed = JSON.parse(await readFile(file, 'utf8'));
    const bytes = Buffer.from(sealed.sealed, 'base64');
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(file, JSON.stringify({ ...sealed, sealed: bytes.toString('base64') }));
    await expect(startSecrets({ port: 0, dataDir: folder })).rejects.toThrow(StackError);
  });
});
