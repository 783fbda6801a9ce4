import path from 'node:path';
import { build } from 'esbuild';

/** Some packages are CommonJS and ask for Node's own modules by `require`, which an ES module does not have. */
export const REQUIRE =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);";

/**
 * xmlbuilder2 can read YAML, and its documents have an address: ours are written, and have none. X-Ray's SDK compares versions of the
 * AWS SDK of before, which nobody has. 92 KB less.
 */
const ABSENT = {
  'js-yaml': path.join(import.meta.dirname, 'absent.ts'),
  semver: path.join(import.meta.dirname, 'absent.ts'),
  '@oozcitak/url/lib/URLAlgorithm': path.join(import.meta.dirname, 'absent.ts'),
};

/**
 * Bundles Lambda handlers, each into one minified ES module for Node 24 with everything in it: the AWS SDK too, because the runtime's
 * own copy is another version, and slower to import than a bundle.
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
    // esbuild prefers CommonJS for Node, and can shake ES modules alone: without this a bundle is a third larger.
    mainFields: ['module', 'main'],
    alias: ABSENT,
    banner: { js: REQUIRE },
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  return new Map(
    Object.entries(metafile.outputs).map(([file, { bytes }]) => [path.basename(file, '.mjs'), bytes] as const),
  );
}
