import { AwsError } from '../json-protocol.ts';

/** One execution, as DescribeExecution shows it. Times are milliseconds. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: string;
  readonly startedAt: number;
  readonly ended?: Ended;
}

export type Ended =
  | { readonly at: number; readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly at: number; readonly status: 'FAILED'; readonly error: string; readonly cause: string };

/** Runs one input to its end. */
export type Run = (input: unknown, name: string) => Promise<Ended>;

const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;
const INPUT_LIMIT_BYTES = 262_144;

/**
 * The executions of one state machine, as the service keeps them for a Standard workflow: a name is given once, and starting
 * it again with the same input while it runs is the same execution.
 *
 * @param options.kept how many ended executions are remembered, the youngest
 */
export function executionsOf(options: { executionArn(name: string): string; run: Run; now(): number; kept?: number }) {
  const kept = options.kept ?? 2_000;
  const byName = new Map<string, Execution>();
  const endedNames: string[] = [];

  function end(execution: Execution, ended: Ended): void {
    byName.set(execution.name, { ...execution, ended });
    endedNames.push(execution.name);
    while (endedNames.length > kept) byName.delete(endedNames.shift() ?? '');
  }

  return {
    /** @throws AwsError InvalidName, InvalidExecutionInput, ExecutionAlreadyExists */
    start(name: string, input: string): Execution {
      if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
      const value = parse(input);
      const arn = options.executionArn(name);
      const former = byName.get(name);
      if (former) {
        if (!former.ended && former.input === input) return former;
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      const execution: Execution = { arn, name, input, startedAt: options.now() };
      byName.set(name, execution);
      options.run(value, name).then(
        (ended) => end(execution, ended),
        (error: unknown) =>
          end(execution, { at: options.now(), status: 'FAILED', error: 'States.Runtime', cause: String(error) }),
      );
      return execution;
    },

    /** @throws AwsError ExecutionDoesNotExist, also for one that was forgotten */
    describe(arn: string): Execution {
      const execution = byName.get(arn.slice(arn.lastIndexOf(':') + 1));
      if (execution?.arn !== arn) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
      return execution;
    },
  };
}

function parse(input: string): unknown {
  if (Buffer.byteLength(input) > INPUT_LIMIT_BYTES)
    throw new AwsError('ValidationException', 'The input exceeds 262144 bytes');
  try {
    return JSON.parse(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: not JSON');
  }
}
