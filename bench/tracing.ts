// What tracing and metrics cost in processor time: `npm run bench -- tracing [--rounds N]`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { inProject } from '../local/project.ts';
import { standInDaemon } from '../test/stack/xray-daemon.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

/** What a process does, by file and name, and how many in a hundred requests are sampled: production samples one in twenty. */
const PROCESSES = {
  function: [
    ['nothing', [0]],
    ["Powertools' module alone, not used", [0]],
    ['Powertools Tracer', [0, 5, 100]],
  ],
  worker: [
    ['nothing', [0]],
    ['OpenTelemetry', [0, 5, 100]],
    ["X-Ray's SDK, its context held by hand", [0, 5, 100]],
    ["X-Ray's SDK, automatic", [0, 5, 100]],
  ],
  metrics: [
    ['a log line', [0]],
    ['a line of metrics', [0]],
  ],
} as const;

const UNITS = { function: 'an invocation', worker: 'a message', metrics: 'a hundred lines' } as const;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);

await printMachine();
const daemon = await standInDaemon();

/** Processor time of one unit of work, in a process of its own. */
async function measured(file: string, variant: string, sampledPercent: number): Promise<number> {
  const child = fork(inProject(`bench/tracing/${file}.ts`), [variant, String(sampledPercent)], {
    env: {
      AWS_REGION: 'sa-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      AWS_XRAY_LOG_LEVEL: 'silent',
      OTEL_EXPORTER_OTLP_ENDPOINT: daemon.collectorUrl,
      ...(file === 'function' && { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', LAMBDA_TASK_ROOT: '/var/task' }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [ms] = (await once(child, 'message')) as [number];
  await ended;
  return ms;
}

for (const [file, variants] of Object.entries(PROCESSES)) {
  const cases = variants.flatMap(([variant, shares]) =>
    shares.map((share) => ({ variant, share, ms: [] as number[] })),
  );
  // In turns, so that a busy moment falls on all of them.
  for (let round = 1; round <= rounds; round++) {
    for (const { variant, share, ms } of cases) {
      progress(`${file}: ${variant}, ${share} % sampled, round ${round} of ${rounds}`);
      ms.push(await measured(file, variant, share));
    }
  }
  progressEnds();
  const baseline = percentilesOf(cases[0]?.ms ?? []).p50;
  printTable(
    `Processor time of ${UNITS[file as keyof typeof UNITS]} (${file}), median of ${rounds} processes`,
    ['what', 'sampled', 'ms', 'more, ms', 'ratio'],
    cases.map(({ variant, share, ms }) => {
      const { p50 } = percentilesOf(ms);
      return [variant, `${share} %`, p50, p50 - baseline, ratio(p50, baseline)];
    }),
  );
}
daemon.stop();
