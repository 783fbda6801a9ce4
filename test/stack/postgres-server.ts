import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { indented } from '../../local/log-tail.ts';
import { portNear } from '../../local/ports.ts';
import { didNotStart } from '../../local/stack-error.ts';

/** Where distributions put the server's programs, which are on nobody's path. */
const DEBIAN = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 120_000;
const MAX_LOG_CHARACTERS = 8_192;

/** The folder of `initdb` and `postgres`, newest version first; `undefined` on a machine without a server. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => path.join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'initdb')));
}

/** Why what needs a server is skipped. */
export const WITHOUT_POSTGRES =
  postgresPrograms() !== undefined
    ? undefined
    : 'there is no PostgreSQL server, so plans and locks were not seen on one: its Debian package is postgresql';

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL of the test's own, in a folder that goes with it. It refuses to run as root, so root lends it to another user. */
export async function startPostgresServer(programs: string): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-postgres-'));
  const user = process.getuid?.() === 0 ? lentTo(folder) : {};
  const data = path.join(folder, 'data');
  const port = await portNear(undefined);
  execFileSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const server = spawn(
    path.join(programs, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-MAX_LOG_CHARACTERS);
  });
  // A run that is broken off must not leave it behind.
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answering(url, server, () => indented(log));
  return {
    url,
    async stop() {
      const over = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await over;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `nobody`, as every Unix has it. */
function lentTo(folder: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  const user = { uid: id('-u'), gid: id('-g') };
  chownSync(folder, user.uid, user.gid);
  return user;
}

async function answering(url: string, server: ChildProcess, log: () => string): Promise<void> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    if (server.exitCode !== null) throw didNotStart('PostgreSQL', String(server.exitCode), log());
    const client = new Client({ connectionString: url });
    const up = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (up) return;
  }
  throw didNotStart('PostgreSQL', `no answer within ${START_TIMEOUT_MS / 1_000} seconds`, log());
}
