import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { withRefusingResolver } from './refusing.ts';
import { startStack } from './start-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The credentials file of the stack that all engine tests share. */
    credentials: string;
    /** File with a line for each attempt of that stack to reach another machine; not there while there was none. */
    refusedHosts: string;
  }
}

/** Heals within seconds what takes minutes in production, so that a test may wait for it. */
const QUICK = { RECONCILE_AFTER_SECONDS: '6', RECONCILE_EVERY_SECONDS: '1' };

/** One stack for the whole run, in a folder of its own, whose processes reach nothing but this machine; tests keep out of each other's way by company and request id. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const data = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-test-'));
  const refusedHosts = path.join(data, 'refused-hosts.log');
  const stack = await startStack(data, { ...QUICK, ...withRefusingResolver(refusedHosts) });
  provide('credentials', stack.credentialsFile);
  provide('refusedHosts', refusedHosts);
  return async () => {
    await stack.stop();
    const refused = await readFile(refusedHosts, 'utf8').catch(() => '');
    if (refused !== '') throw new Error(`The stack tried to reach other machines:\n${refused}`);
    await rm(data, { recursive: true, force: true });
  };
}
