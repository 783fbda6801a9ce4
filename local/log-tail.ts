import { open, stat } from 'node:fs/promises';

const MAX_LINES = 20;
const MAX_BYTES = 8_192;

/** The size of a log in bytes, zero when there is none: what is written from now on begins there. */
export async function logSize(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The last lines that were written to a log since it had this size, indented; empty when there are none or it cannot be read. */
export async function lastLines(file: string, since = 0): Promise<string> {
  const size = await logSize(file);
  const from = Math.max(since, size - MAX_BYTES);
  if (size <= from) return '';
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return indented(buffer.toString('utf8'));
  } finally {
    await handle.close();
  }
}

/** The last lines of a text, as they stand below a sentence. */
export function indented(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-MAX_LINES);
  return lines.every((line) => line === '') ? '' : lines.map((line) => `  ${line}`).join('\n');
}
