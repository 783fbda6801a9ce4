import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Invocation, UsageError } from './verb.ts';

export const DOCUMENT_BYTES = 10 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'não existe',
  EACCES: 'não pode ser lido por este usuário',
  EISDIR: 'é uma pasta',
};

/**
 * A file named on the command line, relative to where the person stands.
 *
 * @throws UsageError when it is not there, cannot be read or is longer than `maxBytes`
 */
export async function readInput(invocation: Invocation, name: string, maxBytes: number): Promise<Buffer> {
  const file = path.resolve(invocation.directory, name);
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new UsageError(`${name} tem mais de ${maxBytes} bytes`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    const code = 'code' in error ? String(error.code) : '';
    throw new UsageError(`${name} ${REASONS[code] ?? `não pode ser lido (${error.message})`}`);
  }
}

/** The one file that a verb examines. @throws UsageError when there is none, or more than one */
export function onlyFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('Informe um arquivo, e só um');
  return file;
}
