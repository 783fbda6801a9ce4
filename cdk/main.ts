// The app as the CDK's command line runs it: bundles every function, puts the worker's image together, and checks the security rules.
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunctions } from '../bundling/function-bundles.ts';
import { addSecurityRules, addStacks } from './app.ts';
import { functionNames, functionRow, WORKER_READS } from './functions.ts';
import { checkOwnFiles, copyOwnFiles } from './own-files.ts';
import { settingsOf } from './settings.ts';
import { assembleWorkerImage } from './worker-image.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const bundles = join(project, '.local/bundles');
const workerImage = join(project, '.local/worker-image');

const app = new App();
const settings = settingsOf(app.node.tryGetContext('environment') ?? 'dev');
checkOwnFiles(settings, project);

await rm(bundles, { recursive: true, force: true });
await bundleFunctions(bundles);
for (const name of functionNames) {
  const asset = join(bundles, name);
  await mkdir(asset);
  await rename(`${asset}.mjs`, join(asset, `${name}.mjs`));
  for (const [folder, source] of Object.entries(functionRow(name).files ?? {})) {
    await cp(join(project, source), join(asset, folder), { recursive: true });
  }
  await copyOwnFiles(settings, functionRow(name).reads ?? [], project, asset);
}
await assembleWorkerImage(workerImage);
await copyOwnFiles(settings, WORKER_READS, project, join(workerImage, 'files'));
addSecurityRules(app);
addStacks(app, settings, {
  code: (name) => Code.fromAsset(join(bundles, name)),
  workerImage: ContainerImage.fromAsset(workerImage, { platform: Platform.LINUX_ARM64 }),
  page: join(project, 'admin/dist'),
});
app.synth();
