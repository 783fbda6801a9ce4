// Runs a script of this project on Node 24, whatever Node the machine has, after making sure that its packages are
// installed. Plain JavaScript, because the Node that starts it may be too old to strip types.
//
//   node local/launch.mjs <script.ts> [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { satisfies, stampOf } from './install-stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.nfse-ledger-stamp');
const lockFile = join(root, '.local', 'install.lock');
const MINIMUM_NODE = 24;
const PARENT_CHECK_MS = 500;

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isInstalled() {
  const lockfile = textOf(join(root, 'package-lock.json'));
  if (textOf(stampFile) === stampOf(lockfile)) return true;
  if (!satisfies(lockfile, textOf(join(modules, '.package-lock.json')))) return false;
  leaveStamp();
  return true;
}

function leaveStamp() {
  try {
    writeFileSync(stampFile, stampOf(textOf(join(root, 'package-lock.json'))));
  } catch {
    // A read-only installation is as good as any: the next start only compares again.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock of the installation, or returns false when another process that lives has it. */
function takeLock() {
  mkdirSync(dirname(lockFile), { recursive: true });
  try {
    const file = openSync(lockFile, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = Number(textOf(lockFile));
    if (owner && !isAlive(owner)) rmSync(lockFile, { force: true });
    return false;
  }
}

async function install() {
  for (let told = false; !takeLock(); told = true) {
    if (!told) process.stderr.write('Another start is installing the dependencies; waiting for it.\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (!existsSync(lockFile) && isInstalled()) return;
  }
  process.once('exit', () => rmSync(lockFile, { force: true }));
  process.stderr.write('Installing the dependencies (about half a minute, once)\n');
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...first] = npm;
  // Everything npm says goes to stderr: `npm run -s token` prints a token on stdout and nothing else.
  const result = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.error)
    fail(`The dependencies could not be installed: ${result.error.message}. Install npm, or run "npm ci" yourself.`);
  if (result.status !== 0)
    fail(
      `The dependencies could not be installed: "npm ci" ended with ${result.status ?? result.signal}, its message is above.`,
    );
  leaveStamp();
  rmSync(lockFile, { force: true });
}

/** The Node that came with the packages; else our own, when it is new enough. */
function findNode() {
  const packaged = join(modules, '.bin', 'node');
  const answer = existsSync(packaged) ? spawnSync(packaged, ['--version'], { encoding: 'utf8' }).stdout : undefined;
  if (answer && Number.parseInt(answer.slice(1), 10) >= MINIMUM_NODE) return packaged;
  if (Number.parseInt(process.versions.node, 10) >= MINIMUM_NODE) return process.execPath;
  return fail(
    `This machine has Node ${process.versions.node} and no packaged one fits ${process.platform}-${process.arch}: install Node ${MINIMUM_NODE} or newer.`,
  );
}

const [script, ...args] = process.argv.slice(2);
if (!script) fail('Usage: node local/launch.mjs <script.ts> [arguments]');
if (!isInstalled()) {
  try {
    await install();
  } catch (error) {
    fail(`The dependencies could not be installed: ${error.message}.`);
  }
}

const withParent = ['--import', new URL('exit-with-parent.ts', import.meta.url).href];
const child = spawn(findNode(), ['--disable-warning=ExperimentalWarning', ...withParent, script, ...args], {
  cwd: root,
  // The channel tells the script when this process is gone without having said so.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter) },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
if (process.env.npm_lifecycle_event !== undefined) {
  // npm passes on SIGINT and SIGTERM alone. When it is hung up or killed, this process is given another parent, and is not told.
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
}
child.on('error', (error) => fail(`Node could not be started: ${error.message}.`));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
