import { defineConfig } from 'vitest/config';

/** The packages under these keep what they read of their environment, or of an invocation, for as long as their process lives. */
const ALONE = ['tracer', 'logger', 'metrics'].map((name) => `src/platform/${name}.spec.ts`);

/**
 * `specs` stand beside their source and need nothing; `engines` run against the real local engines, on one stack that is started
 * once for all of them.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/tally-reporter.ts'],
    projects: [
      {
        test: {
          name: 'specs',
          include: ['src', 'local', 'test', 'openapi', 'cdk', 'cost', 'bench'].map(
            (folder) => `${folder}/**/*.spec.ts`,
          ),
          exclude: ALONE,
          isolate: false,
          setupFiles: ['test/fresh-modules.ts'],
          maxWorkers: '100%',
          // For a machine that does other things besides: nothing here waits for a clock.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'specs-alone', include: ALONE, maxWorkers: '100%', testTimeout: 120_000 } },
      {
        test: {
          name: 'engines',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/stack/global-setup.ts'],
          isolate: false,
          setupFiles: ['test/fresh-modules.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
          // After the specs: projects of different widths take turns.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
