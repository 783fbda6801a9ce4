/** What tells in which lane an invoice waits. Work and rows of before routes were recorded say nothing of theirs. */
interface InLane {
  readonly municipalityCode: string;
  readonly route?: { readonly besideCity?: true | undefined } | undefined;
}

const NATIONAL = '-national';

/**
 * The name of the lane: the municipality's code. What the national system takes although the city has a system of its own is in a lane beside
 * that, so that trouble of one authority holds up nobody who is with the other.
 */
export function laneOf({ municipalityCode, route }: InLane): string {
  return route?.besideCity ? `${municipalityCode}${NATIONAL}` : municipalityCode;
}

/** The municipality of a lane, by which ops hold it. */
export function municipalityOf(lane: string): string {
  return lane.endsWith(NATIONAL) ? lane.slice(0, -NATIONAL.length) : lane;
}

export function isBesideCity(lane: string): boolean {
  return lane.endsWith(NATIONAL);
}
