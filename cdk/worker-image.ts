import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { REQUIRE } from '../bundling/bundle.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Everything that the worker's image is built from; `files` is a folder for what an installation brings, and may be empty. */
export const WORKER_IMAGE_FILES = ['Dockerfile', 'files', 'worker.mjs', 'worker.mjs.map'] as const;

/**
 * Puts the context of the worker's image into a folder, which is emptied first. Not minified, so that a stack in a log can be read; the
 * worker starts once a day.
 */
export async function assembleWorkerImage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'files'), { recursive: true });
  await build({
    entryPoints: [join(project, 'src/worker/main.ts')],
    outfile: join(folder, 'worker.mjs'),
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
  });
  await cp(join(project, 'Dockerfile'), join(folder, 'Dockerfile'));
}

if (import.meta.main) {
  const folder = join(project, '.local/worker-image');
  await assembleWorkerImage(folder);
  process.stdout.write(`${folder}: ${WORKER_IMAGE_FILES.join(', ')}\n`);
}
