import { fileURLToPath } from 'node:url';

/**
 * The program that checks a bundle offline, as one file: our own hash code, and nothing else. The bundler comes with a checkout, which
 * is where the command line runs.
 */
export async function offlineVerifier(): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../audit/offline/main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    write: false,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('The offline verifier could not be bundled');
  return file.contents;
}
