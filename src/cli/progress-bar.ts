const WIDTH = 24;

/**
 * Progress as one line: `[########                ] 120/360`. What is to be done may turn out more than was thought: then the bar is
 * full, and the numbers say so.
 */
export function progressBar(done: number, total: number): string {
  const filled = total <= 0 ? WIDTH : Math.min(WIDTH, Math.floor((WIDTH * done) / total));
  return `[${'#'.repeat(filled).padEnd(WIDTH)}] ${done}/${Math.max(done, total)}`;
}
