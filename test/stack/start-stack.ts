import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

export interface RunningStack {
  readonly url: string;
  readonly credentialsFile: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/**
 * Runs `npm start`'s program on free ports until it says that it is ready.
 *
 * @param env settings of the stack for this test, such as `WORKER_VISIBILITY_SECONDS`
 */
export async function startStack(
  data: string,
  env: Record<string, string> = {},
  args: readonly string[] = ['--port', '0'],
): Promise<RunningStack> {
  const child = spawn(process.execPath, [path.join(root, 'local/start.ts'), '--data', data, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    // The channel tells the stack when this process is gone without having stopped it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return ready(child, data);
}

/** The same through `npm start`, as a person starts it: the process is npm's, in a group of its own as at a terminal. */
export async function npmStart(
  data: string,
  env: Record<string, string> = {},
  args: readonly string[] = ['--port', '0'],
): Promise<RunningStack> {
  const child = spawn('npm', ['start', '--', '--data', data, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return ready(child, data);
}

async function ready(child: ChildProcess, data: string): Promise<RunningStack> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The outputs of a stack are pipes');
  const said: string[] = [];
  stderr.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      said.push(`${line}\n`);
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length).trim());
    });
    child.once('exit', (code) =>
      reject(new Error(`The stack ended with ${code} before it was ready:\n${said.join('')}`)),
    );
  });
  return {
    url,
    credentialsFile: path.join(data, 'credentials.json'),
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
