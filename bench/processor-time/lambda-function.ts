import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { end } from '../../local/child.ts';
import { type BenchProcess, startProcess } from './bench-process.ts';

/** What the gateway sends to the process of a function. */
export interface Invocation {
  readonly event: unknown;
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly traceHeader: string;
}

/** What the process of a function sends back. */
export type FunctionAnswer = { readonly answer: unknown } | { readonly failure: string };

export interface LambdaFunction {
  readonly pid: number;
  /** Invokes the function once it has answered the invocation before: an environment of Lambda handles one at a time. */
  invoke(event: unknown, traceHeader: string): Promise<unknown>;
  stop(): Promise<void>;
}

const STOP_MS = 5_000;

/** Starts a function in a process of its own, as Lambda does. */
export async function startFunction(
  process: Omit<BenchProcess, 'script'> & { module: string },
): Promise<LambdaFunction> {
  const script = 'bench/processor-time/lambda-environment.ts';
  const { child } = await startProcess({ ...process, script, args: [process.module] });
  let before: Promise<unknown> = Promise.resolve();
  return {
    pid: child.pid ?? 0,
    invoke(event, traceHeader) {
      const invocation = { event, functionName: process.name, awsRequestId: randomUUID(), traceHeader };
      const answer = before.then(() => answerTo(child, invocation));
      before = answer.catch(() => undefined);
      return answer;
    },
    stop: () => end(child, STOP_MS),
  };
}

async function answerTo(child: ChildProcess, invocation: Invocation): Promise<unknown> {
  const answered = once(child, 'message') as Promise<[FunctionAnswer]>;
  child.send(invocation);
  const [answer] = await answered;
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.answer;
}
