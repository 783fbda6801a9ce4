import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../../platform/clock.ts';
import { NotNow, type ProjectionState, rollBack } from '../../projections/projection-state.ts';
import { initialState } from '../../projections/projection-states.ts';
import { type WayBack, wayBack } from '../../projections/rebuild/way-back.ts';
import { progressOf } from '../progress.ts';
import type { ExitCode, Output } from '../verb.ts';
import { named, tell } from './lines.ts';
import type { Rebuildable } from './rebuildable.ts';

/**
 * Readers go back to the former table, after it was compared with the live one: not where they would see less than they do now. Whoever
 * accepts that goes back at once, without a comparison that takes its time.
 */
export async function rolledBack(
  tools: Rebuildable,
  acceptLosses: boolean,
  json: boolean,
  output: Output,
): Promise<ExitCode> {
  const { projection, configured } = tools.target;
  const was = await tools.states.read(projection);
  const state = was ?? initialState(configured);
  const way = acceptLosses ? undefined : await compared(tools, state, json, output);
  if (way && !json) for (const line of linesOf(way)) output.out(line);
  let back: ProjectionState;
  try {
    back = rollBack(state, way?.behind.length ?? 0);
  } catch (error) {
    if (!(error instanceof NotNow) || !way || !json) throw error;
    output.out(JSON.stringify({ error: error.code, message: error.message, ...facts(way) }));
    return 1;
  }
  const changed = await tools.change(was, back);
  if (json) output.out(JSON.stringify({ projection, ...changed, ...(way && { compared: facts(way) }) }));
  else tell(changed, projection, json, output);
  return 0;
}

async function compared(tools: Rebuildable, state: ProjectionState, json: boolean, output: Output): Promise<WayBack> {
  const { states, target } = tools;
  const progress = progressOf(output, { json, nowMs: () => now().getTime() });
  // The checkpoints of the rebuild that made one of the two: about as many rows as it has.
  const checkpoints = await Promise.all(
    [state.live, state.previous ?? ''].map((table) => states.checkpoints(target.projection, table)),
  );
  const estimate = checkpoints.flat().reduce((sum, { invoices }) => sum + invoices, 0);
  let rows = 0;
  const way = await wayBack({ target, sleep: (ms) => sleep(ms) }, state, (more) => {
    rows += more;
    progress.report(rows, estimate, 'linhas comparadas');
  });
  progress.end();
  return way;
}

function linesOf({ table, rows, liveChecksum, builtChecksum, differing, behind }: WayBack): string[] {
  const otherwise = differing.length - behind.length;
  return [
    `${rows} linhas comparadas com as de ${table}`,
    `  atual     ${liveChecksum}`,
    `  anterior  ${builtChecksum}`,
    ...(otherwise > 0 ? [`${otherwise} linhas são outras, sem que falte nada à anterior`] : []),
    ...(behind.length > 0 ? [`${behind.length} linhas faltam à anterior, ou são mais antigas:`] : []),
    ...named(behind, 'anterior'),
  ];
}

function facts({ rows, liveChecksum, builtChecksum, differing, behind }: WayBack) {
  const lost = behind.map(({ id, live, built }) => ({ id, live, previous: built }));
  return { rows, liveChecksum, previousChecksum: builtChecksum, differing: differing.length, behind: lost };
}
