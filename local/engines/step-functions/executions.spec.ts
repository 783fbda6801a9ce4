import { describe, expect, it } from 'vitest';
import { type Ended, executionsOf } from './executions.ts';

function started(kept = 10) {
  const runs: Array<{ input: unknown; finish(ended: Ended): void }> = [];
  const executions = executionsOf({
    executionArn: (name) => `arn:execution:${name}`,
    run: (input) => new Promise((finish) => runs.push({ input, finish })),
    now: () => 1_000,
    kept,
  });
  return { executions, runs };
}

const succeeded: Ended = { at: 2_000, status: 'SUCCEEDED', output: '{}' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('starting an execution', () => {
  it('is the same execution when it is asked again while it runs', () => {
    const { executions, runs } = started();
    expect(executions.start('a', '{"n":1}')).toBe(executions.start('a', '{"n":1}'));
    expect(runs).toHaveLength(1);
  });

  it('is refused under a name that runs with another input', () => {
    const { executions } = started();
    executions.start('a', '{"n":1}');
    expect(() => executions.start('a', '{"n":2}')).toThrow(expect.objectContaining({ type: 'ExecutionAlreadyExists' }));
  });

  it('is refused under the name of one that ended', async () => {
    const { executions, runs } = started();
    executions.start('a', '{}');
    runs[0]?.finish(succeeded);
    await settled();
    expect(() => executions.start('a', '{}')).toThrow(expect.objectContaining({ type: 'ExecutionAlreadyExists' }));
  });

  it.each([
    ['a b', '{}', 'InvalidName'],
    ['', '{}', 'InvalidName'],
    ['x'.repeat(81), '{}', 'InvalidName'],
    ['a', 'not json', 'InvalidExecutionInput'],
  ])('refuses the name %j with the input %j as %s', (name, input, type) => {
    expect(() => started().executions.start(name, input)).toThrow(expect.objectContaining({ type }));
  });
});

describe('describing an execution', () => {
  it('tells how it ended', async () => {
    const { executions, runs } = started();
    const { arn } = executions.start('a', '{}');
    runs[0]?.finish(succeeded);
    await settled();
    expect(executions.describe(arn)).toMatchObject({ name: 'a', startedAt: 1_000, ended: succeeded });
  });

  it('forgets the oldest that ended, so that memory is bounded', async () => {
    const { executions, runs } = started(1);
    const [first, second] = ['a', 'b'].map((name) => executions.start(name, '{}').arn);
    for (const run of runs) run.finish(succeeded);
    await settled();
    expect(() => executions.describe(first ?? '')).toThrow(expect.objectContaining({ type: 'ExecutionDoesNotExist' }));
    expect(executions.describe(second ?? '').name).toBe('b');
  });
});
