/** A clock that moves when it is told to, and never back. */
export interface VirtualClock {
  now(): Date;
  advance(ms: number): void;
  /** To a moment, unless it is past already. */
  advanceTo(moment: Date | string | number): void;
}

/** @param start ISO 8601 */
export function virtualClock(start: string): VirtualClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    advance: (ms) => {
      at += Math.max(0, ms);
    },
    advanceTo: (moment) => {
      at = Math.max(at, new Date(moment).getTime());
    },
  };
}
