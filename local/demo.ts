// Shows what becomes of invoices: `npm run demo [-- --data DIR --company CNPJ --json]`.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCnpj } from '../src/nfse/cnpj.ts';
import { accessToken } from './access-token.ts';
import type { Credentials } from './credentials.ts';
import { apiClient, operatorClient } from './demo/api-client.ts';
import { type Fate, fates } from './demo/fates.ts';
import { contradiction, evidenceOf } from './demo/proof.ts';
import { jsonOf, type Told, toldAtTheEnd } from './demo/report.ts';
import { type RunningStack, runningStack } from './demo/running-stack.ts';
import { screenOn } from './demo/screen.ts';
import { live, type Story } from './demo/story.ts';
import { inProject } from './project.ts';
import { StackError, sentenceOf } from './stack-error.ts';

const WITHIN_MS = 60_000;
const since = performance.now();
const now = () => performance.now();

let stack: RunningStack | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void (stack?.stop() ?? Promise.resolve()).finally(() => process.exit(130)));
}

function options(): { dataDir: string; company: string | undefined; json: boolean } {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.local' },
      company: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.company !== undefined && !parseCnpj(values.company))
    throw new StackError(`"${values.company}" is no CNPJ: give --company 14 characters with their check digits.`);
  return { dataDir: resolve(values.data), company: values.company, json: values.json };
}

/** The examples' company is the client's own; for another, the one that may act for all is taken. */
async function clientsOf(credentials: Credentials, company: string | undefined) {
  return {
    api: apiClient(await accessAs(credentials, company === undefined ? 'client' : 'admin')),
    operator: operatorClient(await accessAs(credentials, company === undefined ? 'operator' : 'admin')),
  };
}

async function accessAs({ apiUrl, apiKey, clients, tokenUrl }: Credentials, role: string) {
  const machine = clients.find((client) => client.role === role);
  if (!machine) throw new StackError(`The stack has no client of the role "${role}".`);
  return { url: apiUrl, key: apiKey, token: await accessToken(tokenUrl, machine) };
}

/** All fates side by side, those that would disturb the others after them. */
async function liveAll(credentials: Credentials, company: string | undefined, output: NodeJS.WriteStream) {
  const clients = await clientsOf(credentials, company);
  const stories = new Map<Fate, Story>(fates.map((fate) => [fate, { fate, attempts: 0, note: '' }]));
  const screen = screenOn(output, { now, rows: fates.length, inCi: Boolean(process.env.CI) });
  const deps = {
    ...clients,
    example: (name: string): unknown => {
      const body = JSON.parse(readFileSync(inProject(`examples/${name}.json`), 'utf8')) as { companyCnpj?: string };
      return company !== undefined && body.companyCnpj !== undefined ? { ...body, companyCnpj: company } : body;
    },
    run: randomUUID().slice(0, 8),
    now,
    withinMs: WITHIN_MS,
    onChange: (story: Story) => {
      stories.set(story.fate, story);
      screen.show([...stories.values()], story);
    },
  };
  try {
    await Promise.all(fates.filter(({ last }) => !last).map((fate) => live(deps, fate)));
    for (const fate of fates.filter(({ last }) => last)) await live(deps, fate);
  } finally {
    screen.close();
  }
  return [...stories.values()];
}

async function told({ endpoints }: Credentials, story: Story): Promise<Told> {
  if (!story.history) return { story, evidence: undefined, problem: story.failure };
  const evidence = await evidenceOf(endpoints, story.history);
  return { story, evidence, problem: story.failure ?? contradiction(story, evidence) };
}

try {
  const { dataDir, company, json } = options();
  const output = json ? process.stderr : process.stdout;
  stack = await runningStack(dataDir, (line) => output.write(`${line}\n`));
  const { credentials } = stack;
  output.write(`${fates.length} invoices through ${credentials.apiUrl}\n\n`);
  const stories = await liveAll(credentials, company, output);
  const all = await Promise.all(stories.map((story) => told(credentials, story)));
  output.write(`\n${toldAtTheEnd(all).join('\n')}\n`);
  if (json) process.stdout.write(`${JSON.stringify(jsonOf(all, (now() - since) / 1_000), null, 2)}\n`);
  process.exitCode = all.some(({ problem }) => problem) ? 1 : 0;
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
} finally {
  await stack?.stop();
}
