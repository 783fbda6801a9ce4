import type { UtcOffset } from './municipality.ts';

/**
 * An instant as the national documents write it: local time of the municipality, whole seconds, offset spelled out. The
 * layout refuses `Z` and fractions.
 *
 * @param instant milliseconds since the epoch
 * @returns `2026-11-10T09:30:00-03:00`; its first ten characters are the local date
 */
export function localTime(instant: number, offset: UtcOffset): string {
  const hours = Number(offset.slice(0, 3));
  return `${new Date(instant + hours * 3_600_000).toISOString().slice(0, 19)}${offset}`;
}
