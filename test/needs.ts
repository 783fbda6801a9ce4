import type { describe, it } from 'vitest';

/**
 * `it` or `describe` where nothing is missing; else one that skips, and whose title says what is missing. The tally at the end of a run
 * sums up by these words.
 *
 * @param missing what this machine or this clone does not have, and what is therefore not proven
 */
export function needing<T extends typeof it | typeof describe>(missing: string | undefined, api: T): T {
  return missing === undefined ? api : titled(api.skip as unknown as T, missing);
}

function titled<T extends object>(api: T, missing: string): T {
  return new Proxy(api, {
    apply: (target, self, [title, ...rest]: [string, ...unknown[]]) =>
      Reflect.apply(target as never, self, [`${title} ${skippedBecause(missing)}`, ...rest]),
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== 'each') return value;
      return (...rows: unknown[]) => titled(Reflect.apply(value as never, target, rows) as object, missing);
    },
  });
}

const skippedBecause = (missing: string) => `(skipped: ${missing})`;

/** What a skipped test's full name says of the reason. */
export const reasonIn = (name: string): string | undefined => /\(skipped: (.+?)\)(?= > |$)/.exec(name)?.[1];
