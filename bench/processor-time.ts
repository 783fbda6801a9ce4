// Processor time of one invoice from POST to projection, beside the least that does the job:
// `npm run bench -- processor-time [--invoices N] [--warm-up N] [--rate N] [--rounds N] [--sampled SHARE] [--profile FOLDER]`.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inProject } from '../local/project.ts';
import { teardown } from '../local/teardown.ts';
import { newConcurrentRun, runConcurrently } from './concurrent-run.ts';
import { onInterruption } from './interruption.ts';
import { printMachine } from './machine.ts';
import { openLoop } from './open-loop.ts';
import { processorTimeMs } from './processor-time/processor-clock.ts';
import { printProfiles } from './processor-time/profile-tables.ts';
import { sampler } from './processor-time/sampler.ts';
import { type Role, type RoleStack, startRoleStack } from './processor-time/stack.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

const AIM = { functions: 2, worker: 1.7 };
const WARM_UP_CONCURRENCY = 4;
/** Emitted and Issued. */
const COMMITS_AN_INVOICE = 2;
const SETTLE_MS = 120_000;
const LOOK_EVERY_MS = 50;
/** What follows the projection, such as the deletion of the message, belongs to the turn. */
const AFTER_TURN_MS = 500;
const FIRST_NUMBER = 100_000_000_000_000;

const CONTENDERS = ['product', 'straightforward'] as const;
type Contender = (typeof CONTENDERS)[number];
type Times = Readonly<Record<Role, number>>;

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '600' },
    'warm-up': { type: 'string', default: '1000' },
    rate: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '4' },
    /** Share of the traces that X-Ray records: its own default is a request a second and 5 % of the rest. */
    sampled: { type: 'string', default: '0.05' },
    /** Where profiles are left. What they cost is then in the figures. */
    profile: { type: 'string' },
  },
});
const [invoices, warmUp, perSecond, rounds] = [values.invoices, values['warm-up'], values.rate, values.rounds].map(
  Number,
) as [number, number, number, number];
const profileFolder = values.profile === undefined ? undefined : resolve(values.profile);

const invoice = await readFile(inProject('examples/emit-invoice.json'), 'utf8');
const newTrace = sampler(Number(values.sampled));
let posted = 0;

/** Posts an invoice to one of the two. @throws Error when it is not accepted */
async function post({ api }: RoleStack, contender: Contender): Promise<void> {
  const number = FIRST_NUMBER + posted++;
  const [path, body] =
    contender === 'product'
      ? ['/invoices', invoice]
      : ['/straightforward', JSON.stringify({ ...JSON.parse(invoice), dps: { series: '1', number } })];
  const headers = { 'idempotency-key': randomUUID(), 'x-amzn-trace-id': newTrace() };
  const { status, text } = await api.call('POST', path, body, headers);
  if (status !== 202) throw new Error(`POST ${path} answered ${status}: ${text}`);
}

/** Waits until what was posted is done to the end. @throws Error when that takes too long */
async function settled({ done }: RoleStack, contender: Contender, before: RoleStack['done'], count: number) {
  const isDone = () =>
    contender === 'product'
      ? done.invoices - before.invoices >= count * COMMITS_AN_INVOICE &&
        done.reporting - before.reporting >= count * COMMITS_AN_INVOICE
      : done.straightforward - before.straightforward >= count;
  for (const deadline = Date.now() + SETTLE_MS; !isDone(); await sleep(LOOK_EVERY_MS)) {
    if (Date.now() > deadline) throw new Error(`${contender}: not done in time, ${JSON.stringify({ before, done })}`);
  }
  await sleep(AFTER_TURN_MS);
}

async function warmUpBoth(stack: RoleStack): Promise<void> {
  for (const contender of CONTENDERS) {
    progress(`warming up: ${warmUp} invoices, ${contender}`);
    const before = { ...stack.done };
    await stack.stream(contender === 'product');
    await runConcurrently(newConcurrentRun(), Array(warmUp).fill(contender), WARM_UP_CONCURRENCY, () =>
      post(stack, contender),
    );
    await settled(stack, contender, before, warmUp);
  }
}

const timesOf = ({ pids }: RoleStack): Times =>
  Object.fromEntries(Object.entries(pids).map(([role, pid]) => [role, processorTimeMs(pid)])) as Times;

/** @returns milliseconds of processor time an invoice, by role */
async function turn(stack: RoleStack, contender: Contender, count: number, name: string): Promise<Times> {
  await stack.stream(contender === 'product');
  const [before, done] = [timesOf(stack), { ...stack.done }];
  const onSecond = (fired: number) => progress(`${name}, ${contender}: ${fired} of ${count}`);
  const shots = await openLoop({ perSecond, seconds: count / perSecond, onSecond }, () => post(stack, contender));
  const failure = shots.find(({ result }) => result instanceof Error)?.result;
  if (failure) throw failure;
  await settled(stack, contender, done, count);
  const after = timesOf(stack);
  return Object.fromEntries(
    Object.entries(after).map(([role, ms]) => [role, (ms - before[role as Role]) / count]),
  ) as Times;
}

/** Begins or ends the profiles of functions and workers. */
function toggleProfiles({ pids }: RoleStack): void {
  if (profileFolder === undefined) return;
  for (const role of PROFILED) process.kill(pids[role], 'SIGUSR2');
}

const PRODUCT_FUNCTIONS = ['emit', 'projector', 'reporting-projector'] as const satisfies Role[];
const PROFILED = [
  ...PRODUCT_FUNCTIONS,
  'worker',
  'straightforward-function',
  'straightforward-worker',
] as const satisfies Role[];

interface Row {
  readonly what: string;
  readonly product: readonly Role[];
  readonly straightforward?: readonly Role[];
  readonly aim?: number;
}

const ROWS: readonly Row[] = [
  { what: 'EmitFn', product: ['emit'], straightforward: ['straightforward-function'], aim: AIM.functions },
  { what: 'projector', product: ['projector'] },
  { what: 'reporting projector', product: ['reporting-projector'] },
  { what: 'functions together', product: PRODUCT_FUNCTIONS, straightforward: ['straightforward-function'] },
  { what: 'worker', product: ['worker'], straightforward: ['straightforward-worker'], aim: AIM.worker },
  { what: 'gateway and stream readers', product: ['gateway'], straightforward: ['gateway'] },
  { what: 'DynamoDB Local', product: ['dynamodb'], straightforward: ['dynamodb'] },
  { what: 'queue, workflow, secrets', product: ['engines'], straightforward: ['engines'] },
  { what: 'PostgreSQL (PGlite)', product: ['postgres'] },
  { what: 'authority', product: ['authority'], straightforward: ['authority'] },
];

function print(turns: Readonly<Record<Contender, readonly Times[]>>): void {
  const median = (contender: Contender, roles: readonly Role[] = []) => {
    const sums = turns[contender].map((times) => roles.reduce((sum, role) => sum + times[role], 0));
    return sums.toSorted((a, b) => a - b)[Math.floor((sums.length - 1) / 2)] ?? Number.NaN;
  };
  const everything = Object.keys(turns.product[0] ?? {}) as Role[];
  const all: Row = { what: 'all', product: everything, straightforward: everything };
  printTable(
    `Milliseconds of processor time an invoice, from POST to projection, at ${perSecond}/s; baseline: the least that does the job`,
    ['process', 'product', 'straightforward', 'ratio', 'aim'],
    [...ROWS, all].map(({ what, product, straightforward, aim }) => {
      const [ms, base] = [median('product', product), median('straightforward', straightforward)];
      const verdict = aim === undefined ? '' : `${aim.toFixed(1)}, ${ms / base <= aim ? 'met' : 'missed'}`;
      return [what, ms, straightforward ? base : '', straightforward ? ratio(ms, base) : '', verdict];
    }),
  );
}

const running = teardown();
process.once('exit', running.killAll);
const folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-bench-'));
onInterruption(async () => {
  await running.stopAll();
  await rm(folder, { recursive: true, force: true });
});
try {
  await printMachine();
  await measure(folder);
  running.add(() => rm(folder, { recursive: true, force: true }));
} catch (error) {
  progressEnds();
  console.error(
    `${error instanceof Error ? error.message : error}\nThe processes' logs are in ${join(folder, 'logs')}.`,
  );
  process.exitCode = 1;
} finally {
  await running.stopAll();
}

async function measure(folder: string): Promise<void> {
  if (profileFolder !== undefined) await mkdir(profileFolder, { recursive: true });
  const stack = await startRoleStack({ folder, running, profileFolder, sampled: Number(values.sampled) });
  await warmUpBoth(stack);
  // Of the warm-up some may have been put off: a faster load than the worker's is part of it.
  const before = { posted, notes: await stack.notes() };
  const turns: Record<Contender, Times[]> = { product: [], straightforward: [] };
  const count = Math.ceil(invoices / rounds);
  toggleProfiles(stack);
  for (let round = 1; round <= rounds; round++) {
    for (const contender of round % 2 === 1 ? CONTENDERS : CONTENDERS.toReversed()) {
      turns[contender].push(await turn(stack, contender, count, `round ${round} of ${rounds}`));
    }
  }
  toggleProfiles(stack);
  progressEnds();
  const [measured, notes] = [posted - before.posted, (await stack.notes()) - before.notes];
  print(turns);
  if (profileFolder !== undefined) await printProfiles(profileFolder, PROFILED, count * rounds);
  if (notes !== measured)
    throw new Error(
      `${measured} invoices were posted and ${notes} notes made: the machine is too busy for ${perSecond}/s, try a lower --rate.`,
    );
  console.log(`\n${measured} invoices were posted, and the authority made a note of each.`);
}
