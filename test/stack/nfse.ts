import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.dirname(path.dirname(import.meta.dirname));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line's own program, as a process. */
export function startNfse(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'src/cli/nfse.ts'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs it to its end. */
export async function nfse(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = startNfse(args, env);
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    said.out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said.err += chunk.toString('utf8');
  });
  await once(child, 'close');
  return { code: child.exitCode, ...said };
}
