// `npm run cdk -- <command>`: the CDK's command line on this project's Node, without its notices and its reports home.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const cdk = join(dirname(resolve('aws-cdk/package.json')), 'bin/cdk');
const { status } = spawnSync(process.execPath, [cdk, ...process.argv.slice(2), '--no-notices'], {
  stdio: 'inherit',
  env: { ...process.env, CDK_DISABLE_TELEMETRY: '1' },
});
process.exit(status ?? 1);
