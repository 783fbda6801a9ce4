/** As many digits as a DPS number may have. */
const NUMBER_DIGITS = 15;
const PLAIN_LENGTH = '2026-11-10T12:00:00.000Z'.length;

/**
 * The time at which somebody looks at an invoice again, in whose fraction the DPS number stands behind the milliseconds: of those that
 * wait for one moment, an index gives the lowest number first.
 *
 * @param at in milliseconds
 * @returns ISO 8601, UTC
 */
export function dueInOrder(at: number, number: number): string {
  return new Date(at).toISOString().replace('Z', `${String(number).padStart(NUMBER_DIGITS, '0')}Z`);
}

/** What an index of a shard is asked for: due times, both bounds inclusive. */
export interface DueRange {
  readonly shard: string;
  /** From the first on when left out. */
  readonly from?: string;
  readonly until: string;
}

/**
 * The times that {@link dueInOrder} makes of one moment.
 *
 * @param at ISO 8601, UTC, in milliseconds
 */
export function dueTogether(at: string): Omit<DueRange, 'shard'> {
  return { from: at.replace('Z', '0'), until: at };
}

/** Whether a time was made by {@link dueInOrder}. */
export function isInOrder(dueAt: string): boolean {
  return dueAt.length > PLAIN_LENGTH;
}
