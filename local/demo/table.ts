import type { Story } from './story.ts';

const COLUMNS = [
  ['fate', 25],
  ['DPS', 6],
  ['status', 10],
  ['attempts', 8],
  ['since', 7],
  ['NFS-e', 6],
] as const;

/**
 * The table of all stories at a moment, a line each below its heading, no line wider than asked.
 *
 * @param now of the clock the stories were told by
 */
export function tableOf(stories: readonly Story[], now: number, width: number): readonly string[] {
  const heading = COLUMNS.map(([name, size]) => name.padEnd(size)).join('  ');
  return [`${heading}  note`, ...stories.map((story) => rowOf(story, now))].map((line) => cut(line, width));
}

export function rowOf({ fate, startedAt, endedAt, history, attempts, note, failure }: Story, now: number): string {
  const invoice = history?.invoice;
  const since = startedAt === undefined ? '' : `${(((endedAt ?? now) - startedAt) / 1_000).toFixed(1)} s`;
  const status = startedAt === undefined ? 'waiting' : (invoice?.status ?? '…');
  const cells = [
    fate.name,
    invoice ? String(invoice.dps.number) : '',
    status,
    startedAt === undefined ? '' : String(attempts),
    since,
    invoice?.nfseNumber ?? '',
  ];
  const sized = cells.map((cell, place) => cell.padEnd(COLUMNS[place]?.[1] ?? 0)).join('  ');
  const mark = failure ? '✗ ' : endedAt === undefined ? '' : '✓ ';
  return `${sized}  ${mark}${note}`.trimEnd();
}

function cut(line: string, width: number): string {
  const letters = [...line];
  return letters.length <= width ? line : `${letters.slice(0, width - 1).join('')}…`;
}
