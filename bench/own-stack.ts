import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCredentials } from '../local/credentials.ts';
import { inProject } from '../local/project.ts';
import { startStack } from '../test/stack/start-stack.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { onInterruption } from './interruption.ts';
import { progress } from './progress.ts';

export interface OwnStack {
  readonly api: ApiClient;
  /** The realistic invoice, as a request's body. */
  readonly invoice: string;
  /** The stack's folder. */
  readonly data: string;
}

/** Measures on a whole stack with its engines in memory and a folder of its own; both are gone afterwards, whatever happens. */
export async function onOwnStack(measure: (stack: OwnStack) => Promise<void>): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'nfse-ledger-bench-'));
  progress('starting the stack');
  const stack = await startStack(data, {}, ['--port', '0', '--in-memory']);
  const cleanUp = async () => {
    await stack.stop();
    await rm(data, { recursive: true, force: true });
  };
  onInterruption(cleanUp);
  try {
    const credentials = await readCredentials(data);
    if (!credentials) throw new Error('The stack left no credentials');
    const api = await apiClient(credentials);
    await measure({ api, data, invoice: await readFile(inProject('examples/emit-invoice.json'), 'utf8') });
    api.close();
  } finally {
    await cleanUp();
  }
}
