/**
 * Whether a promise was kept. `unfinished` is no verdict: the service was still at work when the scenario had to stop, and nothing that
 * it had finished spoke against the promise.
 */
export type Verdict = 'kept' | 'broken' | 'unfinished';

/** What a scenario promised, and whether it was so. */
export interface Promised {
  /** A sentence about the domain: "no invoice has two notes". */
  readonly promise: string;
  readonly kept: boolean | 'unfinished';
  /** What was seen; for a broken promise, where to look. */
  readonly seen: string;
}

export interface Report {
  /** One line: what was done to the service, with which settings. */
  readonly summary: string;
  /** At most a screen of them. */
  readonly figures: readonly (readonly [label: string, figure: string])[];
  readonly promises: readonly Promised[];
}

/** Of all promises together: one that was broken outweighs whatever else there is. */
export function verdictOf({ promises }: Report): Verdict {
  if (promises.length === 0 || promises.some(({ kept }) => kept === false)) return 'broken';
  return promises.some(({ kept }) => kept === 'unfinished') ? 'unfinished' : 'kept';
}

const MARKS: Readonly<Record<Verdict, string>> = { kept: '✓', broken: '✗', unfinished: '…' };
const verdictOn = ({ kept }: Promised): Verdict => (kept === 'unfinished' ? kept : kept ? 'kept' : 'broken');

/** One screen: the figures, then each promise and what was seen of it. */
export function screenOf(name: string, report: Report): string {
  const width = Math.max(...report.figures.map(([label]) => label.length), 0);
  return [
    `${name}: ${report.summary}`,
    '',
    ...report.figures.map(([label, figure]) => `  ${label.padEnd(width)}  ${figure}`),
    '',
    ...report.promises.map((one) => `  ${MARKS[verdictOn(one)]} ${one.promise}: ${one.seen}`),
    '',
  ].join('\n');
}

const TITLES: Readonly<Record<Verdict, string>> = {
  kept: 'every promise kept',
  broken: 'a promise was broken',
  unfinished: 'not finished, and no promise broken so far',
};
const IN_WORDS: Readonly<Record<Verdict, string>> = { kept: 'yes', broken: '**no**', unfinished: 'not finished' };

/** The same to keep. @param machine what it was taken on */
export function markdownOf(name: string, report: Report, at: Date, machine: string): string {
  const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `# ${name}: ${TITLES[verdictOf(report)]}`,
    '',
    `${report.summary}. ${at.toISOString()}, ${machine}.`,
    '',
    row('figure', ''),
    row('---', '---'),
    ...report.figures.map(([label, figure]) => row(label, figure)),
    '',
    row('promise', 'kept', 'seen'),
    row('---', '---', '---'),
    ...report.promises.map((one) => row(one.promise, IN_WORDS[verdictOn(one)], one.seen)),
    '',
  ].join('\n');
}
