import { execFile } from 'node:child_process';
import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inProject } from './project.ts';
import { StackError } from './stack-error.ts';

const MINIMUM = 17;
const FETCHED_VERSION = 21;
const run = promisify(execFile);

/**
 * The `java` command DynamoDB Local runs on: JAVA_HOME's, else the PATH's, else one fetched before, else one fetched now.
 *
 * @param say told before anything is downloaded
 * @throws StackError when there is none and none can be fetched
 */
export async function findJava(say: (line: string) => void): Promise<string> {
  const { JAVA_HOME } = process.env;
  const candidates = [...(JAVA_HOME ? [join(JAVA_HOME, 'bin', 'java')] : []), 'java', ...(await fetched())];
  for (const candidate of candidates) if (((await majorVersion(candidate)) ?? 0) >= MINIMUM) return candidate;
  say(`no Java ${MINIMUM} or newer here; fetching one (about 50 MB, once)`);
  return fetch();
}

/** The major version a `java` command reports: 17 of `openjdk version "17.0.15"`; `undefined` when it does not run. */
async function majorVersion(command: string): Promise<number | undefined> {
  try {
    const { stdout, stderr } = await run(command, ['-version'], { timeout: 10_000 });
    const match = /version "(\d+)(?:\.(\d+))?/.exec(stdout + stderr);
    return match ? Number(match[1]) : undefined;
  } catch {
    return undefined;
  }
}

async function fetch(): Promise<string> {
  try {
    const { default: njre } = await import('njre');
    await mkdir(inProject('.local'), { recursive: true });
    await njre.install(FETCHED_VERSION, { installPath: inProject('.local/here') });
  } catch {
    throw missing();
  }
  for (const candidate of await fetched()) if (await majorVersion(candidate)) return candidate;
  throw missing();
}

/** Where the download leaves its `java`; on macOS the distribution is a bundle with its own `Contents/Home`. */
async function fetched(): Promise<readonly string[]> {
  const home = inProject('.local/jre');
  const found: string[] = [];
  for (const name of await readdir(home).catch(() => [])) {
    for (const path of [join(home, name, 'bin', 'java'), join(home, name, 'Contents', 'Home', 'bin', 'java')]) {
      if (
        await access(path).then(
          () => true,
          () => false,
        )
      )
        found.push(path);
    }
  }
  return found;
}

function missing(): StackError {
  return new StackError(
    `DynamoDB Local needs Java ${MINIMUM} or newer and none was found or could be fetched: install one (on Debian or Ubuntu, "apt install openjdk-17-jre-headless"; elsewhere, from adoptium.net) or point JAVA_HOME at one.`,
  );
}
