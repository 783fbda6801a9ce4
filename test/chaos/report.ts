/** What a scenario promised, and whether it was so. */
export interface Promised {
  /** A sentence about the domain: "no invoice has two notes". */
  readonly promise: string;
  readonly kept: boolean;
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

export const isKept = ({ promises }: Report): boolean => promises.length > 0 && promises.every(({ kept }) => kept);

/** One screen: the figures, then each promise and what was seen of it. */
export function screenOf(name: string, report: Report): string {
  const width = Math.max(...report.figures.map(([label]) => label.length), 0);
  return [
    `${name}: ${report.summary}`,
    '',
    ...report.figures.map(([label, figure]) => `  ${label.padEnd(width)}  ${figure}`),
    '',
    ...report.promises.map(({ promise, kept, seen }) => `  ${kept ? '✓' : '✗'} ${promise}: ${seen}`),
    '',
  ].join('\n');
}

/** The same to keep. @param machine what it was taken on */
export function markdownOf(name: string, report: Report, at: Date, machine: string): string {
  const row = (...cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `# ${name}: ${isKept(report) ? 'every promise kept' : 'a promise was broken'}`,
    '',
    `${report.summary}. ${at.toISOString()}, ${machine}.`,
    '',
    row('figure', ''),
    row('---', '---'),
    ...report.figures.map(([label, figure]) => row(label, figure)),
    '',
    row('promise', 'kept', 'seen'),
    row('---', '---', '---'),
    ...report.promises.map(({ promise, kept, seen }) => row(promise, kept ? 'yes' : '**no**', seen)),
    '',
  ].join('\n');
}
