import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startStack } from './start-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The credentials file of the stack that all engine tests share. */
    credentials: string;
  }
}

/** Heals within seconds what takes minutes in production, so that a test may wait for it. */
const QUICK = { RECONCILE_AFTER_SECONDS: '6', RECONCILE_EVERY_SECONDS: '1' };

/** One stack for the whole run, in a folder of its own; tests keep out of each other's way by company and request id. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const data = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-test-'));
  const stack = await startStack(data, QUICK);
  provide('credentials', stack.credentialsFile);
  return async () => {
    await stack.stop();
    await rm(data, { recursive: true, force: true });
  };
}
