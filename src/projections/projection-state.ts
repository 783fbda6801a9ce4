/** Which read model: `invoices` is InvoicesTable, `reporting` the tables in PostgreSQL. */
export type ProjectionName = 'invoices' | 'reporting';

export const PROJECTIONS: readonly ProjectionName[] = ['invoices', 'reporting'];

/**
 * Where a projection is: the table (or schema) that readers are served from, and the one beside it. Live events reach all of them, so
 * whoever still knows an older state is served no older content.
 */
export interface ProjectionState {
  readonly live: string;
  /** Filled by a rebuild, and not served. */
  readonly building?: Building;
  /** Was live before the last switch, and can be again. */
  readonly previous?: string;
  /** Of the last table made for a rebuild; the first one made is 2. */
  readonly generation: number;
}

export interface Building {
  readonly table: string;
  /** Into how many parts the scan is cut; a resumed rebuild keeps to them. */
  readonly segments: number;
  /** When the projector was first told of the table, ISO 8601. */
  readonly since: string;
  /** Of the last comparison with the live one, once every segment is done. */
  readonly compared?: Comparison;
}

/** What a comparison of two tables came to, row by row. */
export interface Comparison {
  readonly at: string;
  readonly rows: number;
  /** Order-independent, over all rows of each, at equal versions; hexadecimal. */
  readonly liveChecksum: string;
  readonly builtChecksum: string;
  readonly differing: number;
}

/** The projection's state does not allow what was asked. The message is for the operator. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
  readonly code = 'not-now';
}

/**
 * A rebuild begins, or goes on where one has begun.
 *
 * @param tableOf the name of a new table, by its generation
 */
export function begin(
  state: ProjectionState,
  { tableOf, segments, at }: { tableOf(generation: number): string; segments: number; at: string },
): ProjectionState {
  if (state.building) return state;
  if (state.previous) throw new NotNow(`${state.previous} ainda está guardada: termine a troca anterior com finish.`);
  const generation = state.generation + 1;
  return { ...state, generation, building: { table: tableOf(generation), segments, since: at } };
}

export function compared(state: ProjectionState, comparison: Comparison): ProjectionState {
  if (!state.building) throw new NotNow('Não há reconstrução em andamento.');
  return { ...state, building: { ...state.building, compared: comparison } };
}

/** What could not be written beside the live table comes again for so long (the event source mappings' `maxRecordAge`), then no more. */
const RECORDS_COME_AGAIN_MS = 23 * 3_600_000;

/**
 * Readers go over to the rebuilt table. Its comparison has to be of the last hours: an older one cannot tell what the table has missed
 * since for good.
 *
 * @param acceptDifferences for a rebuild whose point is that rows come out otherwise
 */
export function switchOver(
  { building, ...state }: ProjectionState,
  acceptDifferences: boolean,
  now: Date,
): ProjectionState {
  if (!building) throw new NotNow('Não há tabela reconstruída: comece com rebuild.');
  if (!building.compared) throw new NotNow(`${building.table} ainda não está completa: continue com rebuild.`);
  if (now.getTime() - Date.parse(building.compared.at) > RECORDS_COME_AGAIN_MS) {
    throw new NotNow(`${building.table} foi comparada em ${building.compared.at}: compare-a de novo com rebuild.`);
  }
  if (building.compared.differing > 0 && !acceptDifferences) {
    throw new NotNow(
      `${building.table} difere da atual em ${building.compared.differing} linhas: veja quais com rebuild, e aceite com --accept-differences se é o que se quer.`,
    );
  }
  return { ...state, live: building.table, previous: state.live };
}

/**
 * Readers go back to the table that was live before; the other one is kept up to date, so that they may go over again.
 *
 * @param behind how many of its rows are missing or older than the live table's; 0 for who goes back whatever they lose
 */
export function rollBack(state: ProjectionState, behind: number): ProjectionState {
  if (!state.previous) throw new NotNow('Não há tabela anterior a que voltar.');
  if (behind > 0) {
    throw new NotNow(
      `${state.previous} está atrasada em ${behind} notas, que os leitores veriam como antes ou não veriam: projete-as de novo (replay), ou aceite a perda com --accept-losses.`,
    );
  }
  return { ...state, live: state.previous, previous: state.live };
}

/** The live table alone remains. @returns the table that is no longer needed, too */
export function finish({ building, previous, ...state }: ProjectionState): {
  readonly state: ProjectionState;
  readonly dropped: string;
} {
  const dropped = building?.table ?? previous;
  if (dropped === undefined) throw new NotNow('Não há nada a terminar: só existe a tabela atual.');
  return { state, dropped };
}

/** Every table that live events reach, the live one first. */
export function tablesOf({ live, building, previous }: ProjectionState): readonly string[] {
  return [live, ...(building ? [building.table] : []), ...(previous ? [previous] : [])];
}
