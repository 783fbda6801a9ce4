import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Replaces a file at once: a reader, or a start after a kill, sees the old text or the new one and never half of it.
 *
 * @param mode 0600 for what holds secrets
 */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, text, { mode });
  await rename(draft, path);
}

/** The parsed JSON of a file of ours, or `undefined` when there is none or it cannot be read as JSON. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
