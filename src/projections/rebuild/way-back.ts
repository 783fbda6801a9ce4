import { NotNow, type ProjectionState } from '../projection-state.ts';
import { type ComparisonResult, compare, type Difference } from './compare.ts';
import { PAUSE_BETWEEN_LOOKS_MS, type RebuildDeps } from './rebuild.ts';

/** What the table that was live before has otherwise than the live one, in the words of a comparison: `built` is the former one. */
export interface WayBack extends ComparisonResult {
  readonly table: string;
  /** Rows that the former table lacks, or has of an earlier version: readers who went back to it would see less than they do now. */
  readonly behind: readonly Difference[];
}

/**
 * Compares the table that readers would go back to with the live one. Live events reach both until somebody says that it is over, so
 * it lacks nothing unless it could not be written for longer than records are kept, or somebody touched it. Rows that only come out
 * otherwise may be the very reason to go back.
 *
 * @param onRows told how many rows were compared
 * @throws NotNow when there is no former table
 */
export async function wayBack(
  { target, sleep }: Pick<RebuildDeps, 'target' | 'sleep'>,
  { live, previous }: ProjectionState,
  onRows: (rows: number) => void,
): Promise<WayBack> {
  if (!previous) throw new NotNow('Não há tabela anterior a que voltar.');
  const pause = () => sleep(PAUSE_BETWEEN_LOOKS_MS);
  const result = await compare(target.compared(live), target.compared(previous), pause, onRows);
  const behind = result.differing.filter(({ live: now, built: then }) => now !== undefined && !((then ?? 0) >= now));
  return { ...result, table: previous, behind };
}
