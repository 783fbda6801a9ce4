import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one line that a person and a script can read: `N passed, N failed`. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      let cases = 0;
      for (const test of module.children.allTests()) {
        counts[test.result().state]++;
        cases++;
      }
      // A file that broke before its first test has none to count, and is a failure all the same.
      if (cases === 0 && !module.ok()) counts.failed++;
    }
    const skipped = counts.skipped + counts.pending;
    process.stdout.write(
      `\n${counts.passed} passed, ${counts.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}
