import { spawn } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ended } from '../../local/child.ts';
import { projectRoot } from '../../local/project.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'the sweeps of the specs at their full size: documents, texts, signatures, histories and crashes';

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The specs themselves, told to take the size that `npm test` has no time for. */
export async function run({ dataDir, progress, running }: ScenarioOptions): Promise<Report> {
  const files = await filesWithSweeps();
  const report = path.join(dataDir, 'sweeps.json');
  const vitest = createRequire(import.meta.url).resolve('vitest/vitest.mjs');
  progress(`${files.length} files`);
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', 'specs', '--testTimeout', '0', '--reporter', 'json', '--outputFile', report, ...files],
    { cwd: projectRoot, env: { ...process.env, SWEEP_SIZE: 'full' }, stdio: 'ignore' },
  );
  running.add(
    async () => void child.kill('SIGTERM'),
    () => child.kill('SIGKILL'),
  );
  await ended(child);
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as JsonReport;
  return {
    summary: `${testResults.length} files at their full size`,
    figures: testResults.map(({ name, startTime, endTime }) => [
      path.relative(projectRoot, name),
      `${((endTime - startTime) / 1_000).toFixed(1)} s`,
    ]),
    promises: testResults.map(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      const passed = assertionResults.filter(({ status }) => status === 'passed');
      return {
        promise: `${path.relative(projectRoot, name)} passes`,
        kept: failed.length === 0 && passed.length > 0,
        seen: failed[0]?.fullName ?? `${passed.length} of ${assertionResults.length} tests`,
      };
    }),
  };
}

async function filesWithSweeps(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob('{src,test,local}/**/*.spec.ts', { cwd: projectRoot })) {
    if ((await readFile(path.join(projectRoot, file), 'utf8')).includes('sweepSize(')) found.push(file);
  }
  return found.sort();
}
