import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The fact pack beside the repository: tables and samples, which are not ours to distribute. */
const FACTS = new URL('../../shared/nfse/', import.meta.url);

/** Why what needs the pack is skipped. */
export const WITHOUT_FACTS = existsSync(fileURLToPath(FACTS))
  ? undefined
  : 'there is no ../shared/nfse beside this clone, so nothing was held against the official schemas, samples and code tables';

/** A folder of the fact pack, whether it is there or not. */
export const factFolder = (path: string): string => fileURLToPath(new URL(path, FACTS));

/** The text of a file of the fact pack, or `undefined` where the pack is not there. */
export function factFile(path: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(path, FACTS)), 'utf8');
  } catch {
    return undefined;
  }
}
