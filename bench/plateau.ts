/** One step of the search. */
export interface Step {
  readonly p95Ms: number;
  readonly errors: number;
}

/** Up to which rate a machine answers as it does at rest. */
export interface Plateau {
  readonly p95Ms: number;
  /** The highest rate whose p95 was on the plateau. */
  readonly perSecond: number;
  /** The first rate that left it; `undefined` where the search ended before. */
  readonly left: (Step & { readonly perSecond: number }) | undefined;
}

const FIRST_PER_SECOND = 5;
const MAX_PER_SECOND = 500;
const GROWTH = 1.3;
/** The lowest rates make the plateau, which is the median of their p95. */
const PLATEAU_STEPS = 3;
/** A p95 has left the plateau when it is so many times as high. */
const LEFT_AT = 2;

/**
 * Raises the rate until p95 leaves the plateau of the lowest rates. It has to leave it twice at the same rate: one pause of the machine
 * must not end the search.
 *
 * @param measure measures one step, and leaves the machine at rest
 */
export async function findPlateau(measure: (perSecond: number) => Promise<Step>): Promise<Plateau> {
  const p95s: number[] = [];
  let highest = FIRST_PER_SECOND;
  for (let perSecond = FIRST_PER_SECOND; perSecond <= MAX_PER_SECOND; perSecond = Math.ceil(perSecond * GROWTH)) {
    let step = await measure(perSecond);
    if (hasLeft(step, p95s)) step = await measure(perSecond);
    if (hasLeft(step, p95s)) return { p95Ms: plateauOf(p95s), perSecond: highest, left: { ...step, perSecond } };
    p95s.push(step.p95Ms);
    highest = perSecond;
  }
  return { p95Ms: plateauOf(p95s), perSecond: highest, left: undefined };
}

function hasLeft({ p95Ms, errors }: Step, p95s: readonly number[]): boolean {
  return errors > 0 || (p95s.length >= PLATEAU_STEPS && p95Ms > LEFT_AT * plateauOf(p95s));
}

function plateauOf(p95s: readonly number[]): number {
  const lowest = p95s.slice(0, PLATEAU_STEPS).toSorted((a, b) => a - b);
  return lowest[Math.floor(lowest.length / 2)] ?? Number.NaN;
}
