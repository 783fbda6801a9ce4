type Cell = string | number;

/** A table on stdout: the first column to the left, figures to the right. Numbers are shown with at most two decimals. */
export function printTable(title: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const lines = [columns, ...rows.map((row) => row.map(shown))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...body] = lines.map((line) =>
    line.map((cell, column) => aligned(cell, column, widths[column] ?? 0)),
  );
  console.log(`\n${title}\n`);
  for (const line of [head, rule, ...body]) console.log(`  ${line.join('  ')}`);
}

/** `x 1.25`: so many times the baseline. */
export function ratio(value: number, baseline: number): string {
  return baseline > 0 ? `x ${(value / baseline).toFixed(2)}` : '-';
}

const aligned = (cell: string, column: number, width: number) =>
  column === 0 ? cell.padEnd(width) : cell.padStart(width);

function shown(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return Math.abs(cell) >= 1_000 || Number.isInteger(cell)
    ? cell.toFixed(0)
    : cell.toFixed(Math.abs(cell) >= 100 ? 0 : 2);
}
