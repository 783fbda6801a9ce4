// Size and cold import of each function's bundle: `npm run bench -- bundles [--rounds N]`.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bundleFunctions, maxBundleBytes } from '../bundling/function-bundles.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

const BASELINE = 'an empty module';
const MAX_IMPORT_MS = 160;

/** As Lambda sets it, tracing on: what a handler sets up when it is imported belongs to its cold start. */
const ENVIRONMENT = {
  AWS_REGION: 'sa-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  LAMBDA_TASK_ROOT: '/var/task',
  AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
  EMIT_WORKFLOW_ARN: 'arn:aws:states:sa-east-1:000000000000:stateMachine:EmitWorkflow',
  REPORTING_CLUSTER_ARN: 'arn:aws:rds:sa-east-1:000000000000:cluster:reporting',
  REPORTING_SECRET_ARN: 'arn:aws:secretsmanager:sa-east-1:000000000000:secret:reporting',
  MIGRATIONS_FOLDER: 'src/projections/reporting/migrations',
  CLIENTS_TABLE: 'ClientsTable',
  REQUESTS_QUEUE_URL: 'https://sqs.sa-east-1.amazonaws.com/000000000000/RequestsQueue',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.sa-east-1.amazonaws.com/000000000000/RequestsQueue-Dead',
};

/** A fresh process that imports one module, and says how long that took and how much processor time. */
const IMPORTER = `
const started = performance.now();
const before = process.cpuUsage();
await import(process.argv[2]);
const { user, system } = process.cpuUsage(before);
const took = { ms: performance.now() - started, processorMs: (user + system) / 1000 };
process.stdout.write(JSON.stringify(took), () => process.exit(0));
`;

interface Import {
  readonly ms: number;
  /** Suffers less than the time from what else the machine does. */
  readonly processorMs: number;
}

const run = promisify(execFile);

async function coldImport(importer: string, module: string): Promise<Import> {
  const { stdout } = await run(process.execPath, [importer, module], { env: ENVIRONMENT, timeout: 30_000 });
  try {
    return JSON.parse(stdout) as Import;
  } catch (cause) {
    throw new Error(`${module} said something while it was imported: ${stdout}`, { cause });
  }
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });
const rounds = Number(values.rounds);
const folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-bench-'));
try {
  await printMachine();
  const importer = join(folder, 'importer.mjs');
  await writeFile(importer, IMPORTER);
  const modules = [{ name: BASELINE, file: join(folder, 'empty.mjs'), bytes: 0, imports: [] as Import[] }];
  await writeFile(join(folder, 'empty.mjs'), '');
  progress('bundling');
  for (const [name, bytes] of await bundleFunctions(folder)) {
    modules.push({ name, file: join(folder, `${name}.mjs`), bytes, imports: [] });
  }
  // Each round imports every module once, so that a busy moment falls on all of them. The first round fills the disk's cache.
  for (let round = 0; round <= rounds; round++) {
    progress(`importing, round ${round} of ${rounds}`);
    for (const { file, imports } of modules) {
      const took = await coldImport(importer, file);
      if (round > 0) imports.push(took);
    }
  }
  progressEnds();
  const medians = modules.map(({ imports }) => ({
    ms: percentilesOf(imports.map(({ ms }) => ms)),
    processorMs: percentilesOf(imports.map(({ processorMs }) => processorMs)).p50,
  }));
  const [baseline] = medians;
  printTable(
    `Bundles: minified size, and import in a fresh process (${rounds} rounds; baseline: ${BASELINE})`,
    [
      'function',
      'kB',
      'import p50 ms',
      'max ms',
      'ratio',
      'processor ms',
      'ratio',
      `limits: 1 MB, 1.3 MB with the reporting database, ${MAX_IMPORT_MS} ms`,
    ],
    modules.map(({ name, bytes }, place) => {
      const { p50 = 0, max = 0 } = medians[place]?.ms ?? {};
      const processorMs = medians[place]?.processorMs ?? 0;
      const missed = [...(bytes > maxBundleBytes(name) ? ['size'] : []), ...(p50 > MAX_IMPORT_MS ? ['import'] : [])];
      const verdict = missed.length > 0 ? `misses ${missed.join(' and ')}` : 'met';
      return [
        name,
        Math.round(bytes / 1000),
        p50,
        max,
        ratio(p50, baseline?.ms.p50 ?? 0),
        processorMs,
        ratio(processorMs, baseline?.processorMs ?? 0),
        name === BASELINE ? '' : verdict,
      ];
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
