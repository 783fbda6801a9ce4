import type { RouteAuthority } from './route.ts';

/**
 * What is on record for a company in a municipality beside the rule: that its city enabled it in the national system (`national`), that an operator sends it
 * to the city all the same (`city`), or that neither holds any more (`rule`).
 */
export interface RouteDecision {
  readonly municipalityCode: string;
  readonly authority: RouteAuthority | 'rule';
  /** First and last day of issue that it is for, `YYYY-MM-DD`; without a last day it is for all that follow. */
  readonly from: string;
  readonly until?: string;
  readonly reason: string;
}

/**
 * What is on record for a municipality and a day of issue (`YYYY-MM-DD`).
 *
 * @param decisions the oldest first: of those that are for the day, the newest counts
 */
export function choiceOn(
  decisions: readonly RouteDecision[],
  municipalityCode: string,
  issueDate: string,
): RouteAuthority | undefined {
  const decision = decisions.findLast(
    (one) =>
      one.municipalityCode === municipalityCode &&
      one.from <= issueDate &&
      (one.until === undefined || issueDate <= one.until),
  );
  return decision?.authority === 'rule' ? undefined : decision?.authority;
}
