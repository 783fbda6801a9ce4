import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { now } from '../platform/clock.ts';
import {
  finish,
  NotNow,
  PROJECTIONS,
  type ProjectionName,
  type ProjectionState,
  switchOver,
} from '../projections/projection-state.ts';
import { initialState } from '../projections/projection-states.ts';
import { CannotRebuild } from '../projections/rebuild/fold-stream.ts';
import { type RebuildDeps, type RebuildProgress, type Rebuilt, rebuild } from '../projections/rebuild/rebuild.ts';
import { installation } from './installation.ts';
import { progressOf } from './progress.ts';
import { named, tell } from './projections/lines.ts';
import { type Rebuildable, rebuildable } from './projections/rebuildable.ts';
import { rolledBack } from './projections/rolled-back.ts';
import { type ExitCode, type Invocation, type Output, UsageError, type Verb } from './verb.ts';

const ACTIONS = ['rebuild', 'status', 'switch', 'rollback', 'finish'] as const;
type Action = (typeof ACTIONS)[number];

const DEFAULT_SEGMENTS = 4;
const MOST_SEGMENTS = 64;
/** Commits from one checkpoint of a segment to the next. A page of the table has at most 1 MB. */
const DEFAULT_PAGE = 500;
const MOST_IN_A_PAGE = 10_000;
/** `nfse projections`: rebuilds a read model from the events beside the live one, and switches readers over to it. */
export const projections: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      segments: { type: 'string' },
      page: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
      'accept-differences': { type: 'boolean', default: false },
      'accept-losses': { type: 'boolean', default: false },
    },
  });
  const [action, projection] = actionOf(positionals);
  const segments = numberIn('--segments', values.segments ?? String(DEFAULT_SEGMENTS), MOST_SEGMENTS);
  const page = numberIn('--page', values.page ?? String(DEFAULT_PAGE), MOST_IN_A_PAGE);
  const tools = await rebuildable(projection, await installation(invocation, values.data), page);
  try {
    if (action === 'rebuild') return await rebuilt(tools, segments, values.json, invocation);
    if (action === 'rollback') return await rolledBack(tools, values['accept-losses'], values.json, invocation.output);
    const say = (line: string) => invocation.output.err(line);
    const state = await changed(action, tools, values['accept-differences'], say);
    tell(state, projection, values.json, invocation.output);
    return 0;
  } catch (error) {
    if (!(error instanceof NotNow || error instanceof CannotRebuild)) throw error;
    invocation.output.progress?.('');
    if (values.json) invocation.output.out(JSON.stringify({ error: error.code, message: error.message }));
    else invocation.output.err(error.message);
    return 1;
  } finally {
    await tools.close();
  }
};

function actionOf(positionals: readonly string[]): [Action, ProjectionName] {
  const [action, projection, ...more] = positionals;
  const known = ACTIONS.find((one) => one === action);
  const named = PROJECTIONS.find((one) => one === projection);
  if (known && named && more.length === 0) return [known, named];
  throw new UsageError(`Informe ${ACTIONS.join(', ')} e a projeção: ${PROJECTIONS.join(' ou ')}`);
}

function numberIn(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${option} é um número de 1 a ${most}`);
}

async function rebuilt(tools: Rebuildable, segments: number, json: boolean, { output }: Invocation): Promise<ExitCode> {
  const progress = progressOf(output, { json, nowMs: () => now().getTime() });
  let phase: RebuildProgress['phase'] | undefined;
  const deps: RebuildDeps = {
    ...tools,
    now,
    sleep: (ms) => sleep(ms),
    progress(step) {
      if (step.phase === 'announcing') {
        if (!json) output.err(announcement(step));
      } else {
        if (step.phase !== phase) progress.startAt(step.phase === 'folding' ? step.before : 0);
        if (step.phase === 'folding') progress.report(step.commits, step.estimate, 'commits');
        else progress.report(step.rows, step.estimate, 'linhas comparadas');
      }
      phase = step.phase;
    },
  };
  const result = await rebuild(deps, segments);
  progress.end();
  report(result, json, output);
  return result.differing.length === 0 ? 0 : 1;
}

function announcement({ table, resumed, segments }: RebuildProgress & { phase: 'announcing' }): string {
  const how = resumed ? 'continua onde parou' : 'os eventos novos já chegam a ela também';
  return `Reconstruindo em ${table}, em ${segments} segmentos: ${how}. Pode ser interrompido e repetido.`;
}

function report(result: Rebuilt, json: boolean, output: Output): void {
  const { table, commits, invoices, rows, liveChecksum, builtChecksum, differing } = result;
  if (json) {
    output.out(JSON.stringify({ table, commits, invoices, rows, liveChecksum, builtChecksum, differing }));
    return;
  }
  output.out(`${table}: ${commits} commits de ${invoices} notas; ${rows} linhas comparadas com a tabela atual`);
  output.out(`  atual         ${liveChecksum}`);
  output.out(`  reconstruída  ${builtChecksum}`);
  if (differing.length === 0) {
    output.out('Iguais. Passe os leitores para ela com switch.');
    return;
  }
  output.out(`${differing.length} linhas diferem:`);
  for (const line of named(differing, 'reconstruída')) output.out(line);
}

async function changed(
  action: Exclude<Action, 'rebuild' | 'rollback'>,
  tools: Rebuildable,
  acceptDifferences: boolean,
  say: (line: string) => void,
): Promise<ProjectionState> {
  const { states, target } = tools;
  const was = await states.read(target.projection);
  const state = was ?? initialState(target.configured);
  switch (action) {
    case 'status':
      return state;
    case 'switch':
      return tools.change(was, switchOver(state, acceptDifferences, now()));
    case 'finish': {
      const { state: finished, dropped } = finish(state);
      await states.replace(target.projection, was, finished);
      await states.forgetCheckpoints(target.projection);
      // Whoever still writes to it, or reads from it, has heard of the end by then.
      await sleep(tools.announceMs);
      if (!(await tools.drop(dropped))) say(`${dropped} é da infraestrutura e não foi apagada; ninguém mais a usa.`);
      return finished;
    }
  }
}
