import path from 'node:path';
import { build } from 'esbuild';
import { leaveOutUnused } from './leave-out.ts';

/** Some packages are CommonJS and ask for Node's own modules by `require`, which an ES module does not have. */
export const REQUIRE =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);";

/**
 * Bundles Lambda handlers, each into one ES module for Node 24 with everything in it: the AWS SDK too, because the runtime's own copy is
 * another version, and slower to import than a bundle. Not for the worker: its credentials do not come from the environment.
 *
 * @param entries source files; what they share is read and parsed once
 * @param folder where the bundles go, `<name>.mjs`
 * @returns the size of each in bytes, by name
 */
export async function bundle(entries: readonly string[], folder: string): Promise<ReadonlyMap<string, number>> {
  const { metafile } = await build({
    entryPoints: [...entries],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // The packages' own ES modules where they have some: only those can be shaken.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    plugins: [leaveOutUnused],
  });
  return new Map(
    Object.entries(metafile.outputs).map(([file, { bytes }]) => [path.basename(file, '.mjs'), bytes] as const),
  );
}
