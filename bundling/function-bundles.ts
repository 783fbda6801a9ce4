import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { bundle } from './bundle.ts';

const HANDLERS = path.join(import.meta.dirname, '../src/handlers');

/** The Lambda functions by name: each module of `src/handlers` that exports a `handler` is one. */
export async function functionNames(): Promise<readonly string[]> {
  const files = (await readdir(HANDLERS)).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  const texts = await Promise.all(files.map((file) => readFile(path.join(HANDLERS, file), 'utf8')));
  const functions = files.filter((_, place) =>
    /^export (?:const|(?:async )?function) handler\b/m.test(texts[place] ?? ''),
  );
  return functions.map((file) => path.basename(file, '.ts')).sort();
}

/** Functions that carry the reporting database's driver. */
const REPORTING: ReadonlySet<string> = new Set(['report', 'reporting-projector', 'migrate', 'feed', 'projections']);

const MAX_BUNDLE_BYTES = 1024 * 1024;
const MAX_REPORTING_BUNDLE_BYTES = 1.3 * 1024 * 1024;

/** The limit of a function's bundle: Lambda reads and compiles all of it at a cold start. */
export function maxBundleBytes(name: string): number {
  return REPORTING.has(name) ? MAX_REPORTING_BUNDLE_BYTES : MAX_BUNDLE_BYTES;
}

/**
 * Bundles every function as it is deployed, `<name>.mjs`.
 *
 * @returns the size of each in bytes
 */
export async function bundleFunctions(folder: string): Promise<ReadonlyMap<string, number>> {
  const entries = (await functionNames()).map((name) => path.join(HANDLERS, `${name}.ts`));
  return bundle(entries, folder);
}
