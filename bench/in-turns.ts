import { progress, progressEnds } from './progress.ts';

/**
 * Measures each contender once a round, in turns, so that whatever else the machine does hits all alike; the first round only warms up.
 *
 * @returns the median of each
 */
export function inTurns<Name extends string>(
  contenders: Readonly<Record<Name, () => number>>,
  rounds: number,
): Readonly<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const rates = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const name of names) {
      const rate = contenders[name]();
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  progressEnds();
  const median = (name: Name) => rates.get(name)?.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  return Object.fromEntries(names.map((name) => [name, median(name)])) as Record<Name, number>;
}
