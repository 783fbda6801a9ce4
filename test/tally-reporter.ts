import path from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { reasonIn } from './needs.ts';

const MAX_SLOW_FILES = 10;

/**
 * Ends the run with what a person asks next: which files took longest, what was not proven and why, and in the last line, which a
 * script can read too, `N passed, N failed[, N skipped]`.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: TestCase[] = [];
    for (const module of modules) {
      let cases = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') counts[state]++;
        else skipped.push(test);
        cases++;
      }
      // A file that broke before its first test has none to count, and is a failure all the same.
      if (cases === 0 && !module.ok()) counts.failed++;
    }
    counts.skipped = skipped.length;
    const lines = [
      '',
      ...slowest(modules),
      ...unproven(skipped),
      '',
      `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

function slowest(modules: readonly TestModule[]): readonly string[] {
  const files = modules
    .map((module) => ({ file: path.relative(process.cwd(), module.moduleId), seconds: secondsOf(module) }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, MAX_SLOW_FILES);
  return ['The slowest files:', ...files.map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${file}`)];
}

/** From the file's import to its last test. */
function secondsOf(module: TestModule): number {
  const { collectDuration, duration } = module.diagnostic();
  return (collectDuration + duration) / 1_000;
}

/** A line for each reason; tests that were filtered out on the command line, or skipped by a failed hook, have none. */
function unproven(skipped: readonly TestCase[]): readonly string[] {
  const byReason = Map.groupBy(skipped, (test) => {
    const result = test.result();
    return reasonIn(test.fullName) ?? (result.state === 'skipped' ? result.note : undefined) ?? 'no reason is given';
  });
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(([reason, tests]) => `  ${String(tests.length).padStart(6)} skipped: ${reason}`);
  return ['', 'Not proven in this run:', ...lines];
}
