import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './durable-file.ts';

export const apiKeyFile = (dataDir: string): string => join(dataDir, 'api-key');

/** The API key of this installation, drawn once. */
export async function openApiKey(dataDir: string): Promise<string> {
  const file = apiKeyFile(dataDir);
  const exists = await stat(file).then(
    ({ size }) => size > 0,
    () => false,
  );
  if (!exists) await replaceFile(file, randomBytes(24).toString('base64url'), 0o600);
  return (await readFile(file, 'utf8')).trim();
}
