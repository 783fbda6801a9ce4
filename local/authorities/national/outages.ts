/** Who is being answered 503, and until when. */
export interface Outages {
  /** @param company one company's calls only; everybody's without it */
  begin(seconds: number, company?: string): void;
  covers(company: string): boolean;
}

/** @param now milliseconds since the epoch */
export function outagesBy(now: () => number): Outages {
  const until = new Map<string | undefined, number>();
  return {
    begin: (seconds, company) => until.set(company, now() + seconds * 1000),
    covers: (company) => Math.max(until.get(undefined) ?? 0, until.get(company) ?? 0) > now(),
  };
}
