import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Context } from 'aws-lambda';
import type { FunctionName } from '../../cdk/functions.ts';
import { inProject } from '../../local/project.ts';

/** Functions as Lambda has them: each in a process of its own, which is told nothing but its own environment. */
export interface LambdaProcesses {
  /** Starts the function where it does not run yet. @throws Error when it ends instead of answering */
  invoke(name: FunctionName, event: unknown, context?: Partial<Context>): Promise<unknown>;
  stop(): void;
}

/**
 * @param folder of the bundles
 * @param environmentOf what the function is told
 */
export function lambdaProcesses(
  folder: string,
  environmentOf: (name: FunctionName) => Readonly<Record<string, string>>,
): LambdaProcesses {
  const running = new Map<FunctionName, ChildProcess>();
  const last = new Map<FunctionName, Promise<unknown>>();

  async function started(name: FunctionName): Promise<ChildProcess> {
    const known = running.get(name);
    if (known) return known;
    const child = fork(inProject('test/stack/invoke-bundle.ts'), [path.join(folder, `${name}.mjs`)], {
      env: { ...environmentOf(name), AWS_LAMBDA_FUNCTION_NAME: `nfse-ledger-${name}` },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    running.set(name, child);
    child.once('exit', () => running.delete(name));
    await answerOf(name, child);
    return child;
  }

  /** One at a time, as in one of Lambda's environments. */
  async function called(name: FunctionName, event: unknown, context: Partial<Context>): Promise<unknown> {
    const child = await started(name);
    const answered = answerOf(name, child);
    const { awsRequestId = 'test', functionName = `nfse-ledger-${name}` } = context;
    child.send({ event, trace: '', context: { awsRequestId, functionName } });
    return (await answered).answer;
  }

  return {
    invoke(name, event, context = {}) {
      const before = last.get(name) ?? Promise.resolve();
      const turn = before.then(() => called(name, event, context));
      last.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
    stop() {
      for (const child of running.values()) child.kill('SIGKILL');
    },
  };
}

async function answerOf(name: FunctionName, child: ChildProcess): Promise<{ readonly answer?: unknown }> {
  let said = '';
  const listen = (chunk: Buffer) => {
    said += chunk.toString('utf8');
  };
  child.stderr?.on('data', listen);
  const gone = new AbortController();
  // Not at its exit: its last words may still be on their way then.
  const ended = once(child, 'close', { signal: gone.signal }).then(() => {
    throw new Error(`${name} ended: ${said}`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: gone.signal }), ended])) as [object];
    return message;
  } finally {
    gone.abort();
    ended.catch(() => undefined);
    child.stderr?.off('data', listen);
  }
}
