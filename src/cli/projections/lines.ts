import type { ProjectionName, ProjectionState } from '../../projections/projection-state.ts';
import type { Difference } from '../../projections/rebuild/compare.ts';
import type { Output } from '../verb.ts';

/** Of the differences, so many are named. */
const MOST_NAMED = 20;

/** Rows that differ, for a person. @param other what the table beside the live one is called */
export function named(differing: readonly Difference[], other: string): string[] {
  const lines = differing
    .slice(0, MOST_NAMED)
    .map(({ id, live, built }) => `  ${id}: atual ${versionOf(live)}, ${other} ${versionOf(built)}`);
  return differing.length > MOST_NAMED
    ? [...lines, `  e mais ${differing.length - MOST_NAMED} (todas com --json)`]
    : lines;
}

const versionOf = (version: number | undefined): string => (version === undefined ? 'sem linha' : `versão ${version}`);

/** Which table readers use, and which there are besides. */
export function tell(state: ProjectionState, projection: ProjectionName, json: boolean, output: Output): void {
  if (json) {
    output.out(JSON.stringify({ projection, ...state }));
    return;
  }
  output.out(`${projection}: os leitores usam ${state.live}`);
  if (state.building) {
    const { table, since, compared } = state.building;
    output.out(`  em reconstrução: ${table}, desde ${since}`);
    if (compared) {
      const verdict = compared.differing === 0 ? 'iguais' : `${compared.differing} linhas diferem`;
      output.out(`  comparada em ${compared.at}: ${compared.rows} linhas, ${verdict}`);
    }
  }
  if (state.previous)
    output.out(`  anterior, ainda atualizada: ${state.previous} (rollback volta a ela, finish a solta)`);
}
