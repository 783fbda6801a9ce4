import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

export const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A path as a person would write it from the project's folder. */
export function shortPath(path: string): string {
  const short = relative(projectRoot, path);
  return short.startsWith('..') ? path : short || '.';
}
