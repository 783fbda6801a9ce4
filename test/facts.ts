import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The fact pack beside the repository: tables and samples, which are not ours to distribute. */
const FACTS = new URL('../../shared/nfse/', import.meta.url);

/** The text of a file of the fact pack, or `undefined` where the pack is not there. */
export function factFile(path: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(path, FACTS)), 'utf8');
  } catch {
    return undefined;
  }
}
