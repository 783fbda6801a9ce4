/** One line on stderr that is written over as the work goes on; lines of their own where nobody watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else process.stderr.write(`${text}\n`);
}

/** Leaves the terminal clean for what is printed next. */
export function progressEnds(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
