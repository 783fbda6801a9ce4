/** Code of a failure that may have a note all the same: nobody heard the authority's answer, and it was given up. */
export const OUTCOME_UNKNOWN = 'OUTCOME_UNKNOWN';

/** Code of a failure of which nothing is known to have been sent: the authority took no call, and it was given up. */
export const AUTHORITY_UNAVAILABLE = 'AUTHORITY_UNAVAILABLE';

/** Code of a failure whose number names another note, which may have been made of an earlier document of the same invoice. */
export const DPS_NUMBER_TAKEN = 'DPS_NUMBER_TAKEN';

/** Failures after which the first authority may have a note of the invoice. */
const IN_DOUBT: ReadonlySet<string> = new Set([OUTCOME_UNKNOWN, DPS_NUMBER_TAKEN]);

export function leavesNoteInDoubt(code: string): boolean {
  return IN_DOUBT.has(code);
}
