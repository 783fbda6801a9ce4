import { build } from 'esbuild';
import { leaveOutUnused } from './leave-out.ts';

/** Some packages are CommonJS and ask for Node's own modules by `require`, which an ES module does not have. */
export const REQUIRE =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);";

/**
 * Bundles one Lambda handler into one ES module for Node 24, with everything in it: the AWS SDK too, because the runtime's own copy is
 * another version, and slower to import than a bundle. Not for the worker: its credentials do not come from the environment.
 *
 * @param entry source file
 * @param outfile the bundle to write, `.mjs`
 * @returns its size in bytes
 */
export async function bundle(entry: string, outfile: string): Promise<number> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
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
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}
