import { endOf } from './fates.ts';
import { conclusion, type Evidence } from './proof.ts';
import type { Story } from './story.ts';
import { timelineOf } from './timeline.ts';

/** A story at its end, what the authority holds of it, and what is wrong with it, if anything. */
export interface Told {
  readonly story: Story;
  readonly evidence: Evidence | undefined;
  readonly problem: string | undefined;
}

/** The timelines of all invoices, the verdicts on their chains, and what was proven or what went wrong. */
export function toldAtTheEnd(all: readonly Told[]): readonly string[] {
  const problems = all.flatMap(({ problem }) => problem ?? []);
  return [...all.flatMap(timeline), ...(problems.length > 0 ? problems : [closing(all)])];
}

function timeline({ story: { fate, history }, evidence }: Told): readonly string[] {
  if (!history) return [fate.name, '  nothing was accepted', ''];
  const { invoice, chain, events } = history;
  const moments = timelineOf(events).map(
    ({ event, seconds, says }) => `  ${`${seconds.toFixed(1)} s`.padStart(7)}  ${event.padEnd(18)}  ${says}`,
  );
  const verdict = chain.intact ? `intact, ${count(chain.commits, 'commit')}` : `broken at version ${chain.brokenAt}`;
  const calls = evidence ? `; sent ${count(evidence.posts, 'time')}, looked up ${count(evidence.lookups, 'time')}` : '';
  return [`${fate.name}: ${invoice.status} (${invoice.invoiceId})`, ...moments, `  chain ${verdict}${calls}`, ''];
}

function closing(all: readonly Told[]): string {
  return conclusion(all.flatMap(({ evidence }) => evidence ?? []));
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** The same for scripts. Times are seconds. */
export function jsonOf(all: readonly Told[], seconds: number): object {
  const ok = all.every(({ problem }) => problem === undefined);
  return {
    ok,
    seconds: Math.round(seconds * 10) / 10,
    ...(ok ? { proven: closing(all) } : {}),
    invoices: all.map(({ story: { fate, history, attempts, replay }, evidence, problem }) => ({
      fate: fate.name,
      expected: endOf(fate),
      status: history?.invoice.status,
      invoiceId: history?.invoice.invoiceId,
      nfseNumber: history?.invoice.nfseNumber,
      attempts,
      replay,
      chain: history?.chain,
      authority: evidence,
      timeline: history ? timelineOf(history.events) : [],
      problem,
    })),
  };
}
