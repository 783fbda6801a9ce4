// `npm run chaos [-- SCENARIO... --seconds N --minutes N --invoices N --seed N --list]`: does harm to a whole stack and says which promises held.
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progress, progressEnds } from '../../bench/progress.ts';
import { inProject } from '../../local/project.ts';
import { StackError, sentenceOf } from '../../local/stack-error.ts';
import { teardown } from '../../local/teardown.ts';
import { markdownOf, screenOf, type Verdict, verdictOf } from './report.ts';
import { SCENARIOS, type ScenarioOptions } from './scenario.ts';

const LARGEST_SEED = 2 ** 31;
/** What this command ends with. */
const EXIT_CODES: Readonly<Record<Verdict, number>> = { kept: 0, broken: 1, unfinished: 2 };

const running = teardown();
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    progressEnds();
    void running.stopAll().finally(() => process.exit(130));
  });
}
process.once('exit', running.killAll);
// Whoever read our lines may have gone: what was started is ended all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      invoices: { type: 'string' },
      seed: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'seconds' | 'minutes' | 'invoices' | 'seed') => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new StackError(`"${text}" is no number: give --${name} a whole one from 1.`);
    return Number(text);
  };
  const minutes = number('minutes');
  const unknown = positionals.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined) {
    throw new StackError(
      `There is no scenario "${unknown}": say ${Object.keys(SCENARIOS).join(', ')}, or nothing for all.`,
    );
  }
  return {
    names: positionals.length > 0 ? positionals : Object.keys(SCENARIOS),
    list: values.list,
    seconds: minutes === undefined ? number('seconds') : minutes * 60,
    invoices: number('invoices'),
    seed: number('seed') ?? randomInt(1, LARGEST_SEED),
  };
}

async function runScenario(
  name: string,
  options: Omit<ScenarioOptions, 'dataDir' | 'progress' | 'running'>,
): Promise<Verdict> {
  const scenario = await SCENARIOS[name]?.();
  if (!scenario) throw new StackError(`There is no scenario "${name}".`);
  process.stdout.write(`${name}: ${scenario.title} (--seed ${options.seed})\n\n`);
  const dataDir = await mkdtemp(join(tmpdir(), `nfse-ledger-${name}-`));
  running.add(() => rm(dataDir, { recursive: true, force: true }));
  try {
    const report = await scenario.run({ ...options, dataDir, progress, running });
    progressEnds();
    process.stdout.write(`${screenOf(name, report)}\n`);
    const at = new Date();
    const machine = `Node ${process.versions.node}, ${cpus().length} cores, seed ${options.seed}`;
    const folder = inProject('.local/chaos');
    await mkdir(folder, { recursive: true });
    const file = `${name}-${at.toISOString().replaceAll(/[:.]/g, '-')}.md`;
    await writeFile(join(folder, file), markdownOf(name, report, at, machine));
    process.stdout.write(`  report: .local/chaos/${file}\n\n`);
    return verdictOf(report);
  } finally {
    progressEnds();
    await running.stopAll();
  }
}

try {
  const { names, list, ...options } = readArguments();
  if (list) {
    for (const name of names) process.stdout.write(`${name.padEnd(16)}  ${(await SCENARIOS[name]?.())?.title ?? ''}\n`);
  } else {
    const verdicts = new Set<Verdict>();
    for (const name of names) verdicts.add(await runScenario(name, options));
    process.exitCode = EXIT_CODES[(['broken', 'unfinished'] as const).find((one) => verdicts.has(one)) ?? 'kept'];
  }
} catch (error) {
  process.stderr.write(`${error instanceof StackError ? sentenceOf(error) : (error as Error).stack}\n`);
  process.exitCode = 1;
}
