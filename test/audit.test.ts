import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AttributeValue, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSeals } from '../src/audit/check-seals.ts';
import { dayBefore, dayOf, sealOf } from '../src/audit/seal.ts';
import { verifyLedger } from '../src/audit/verify-ledger.ts';
import type { Finding } from '../src/audit/verify-stream.ts';
import { type Commit, commitOf, hashOf, START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbEventScan } from '../src/events/dynamodb-event-scan.ts';
import { read } from '../src/events/event-store.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { dynamoDbWitnesses } from '../src/projections/witnesses.ts';
import { cancelled, cancelRequested, companyCnpj, deferred, draft, emitted, issued } from './invoices.ts';
import { apiAs, credentials, example } from './stack/api.ts';
import { nfse } from './stack/nfse.ts';
import { announced, ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';

const ledger = await ownLedger();
const { bucket, store } = await ownSeals(ledger);
Object.assign(process.env, ledger.environment, { SEALS_BUCKET: bucket });
const { handler: projector } = await import('../src/handlers/projector.ts');
const { handler: seal } = await import('../src/handlers/seal.ts');
const environment = { ...ledger.environment, SEALS_BUCKET: bucket };
const { client, tables } = ledger;
afterAll(() => client.destroy());

const day = dayBefore(dayBefore(dayOf({ at: new Date().toISOString() })));
const at = `${day}T12:00:00.000Z`;
const STORY = [emitted, deferred, issued, cancelRequested, cancelled];

/** One invoice for each way to touch a history, and one that nobody touches. */
const invoices: { invoiceId: InvoiceId; commits: Commit[] }[] = [];
const touches = 18;

beforeAll(async () => {
  for (let n = 0; n < touches + 1; n++) {
    const told = await ledger.tell(STORY, { at });
    await projector({ Records: told.commits.map(announced) });
    invoices.push(told);
  }
  expect((await seal()).sealed).toContain(day);
});

const keyOf = ({ invoiceId, version }: Pick<Commit, 'invoiceId' | 'version'>) => marshall({ invoiceId, version });
const putItem = (Item: Record<string, AttributeValue>) =>
  client.send(new PutItemCommand({ TableName: tables.events, Item }));
const put = (commit: Commit) => putItem(marshall(commit, { removeUndefinedValues: true }));
const remove = (commit: Commit) => client.send(new DeleteItemCommand({ TableName: tables.events, Key: keyOf(commit) }));

/** The projection as it would be, had the stream always been this. */
async function forgeProjection(invoiceId: InvoiceId, commits: readonly Commit[]): Promise<void> {
  const { invoice, tip } = read(invoiceId, commits);
  const row = rowOf(invoice as LivingInvoice, tip, 300);
  await client.send(
    new PutItemCommand({ TableName: tables.invoices, Item: marshall(row, { removeUndefinedValues: true }) }),
  );
}

/** A whole history, consistent in itself, of other commits. */
function forged(invoiceId: InvoiceId, when = at): Commit[] {
  const commits: Commit[] = [];
  for (const event of STORY) {
    const last = commits.at(-1);
    const tip = last ? tipAfter(last) : START;
    const data = event.type === 'Emitted' ? { ...event.data, total: 1 } : event.data;
    commits.push(
      commitOf(draft({ invoiceId, tip, events: [{ ...event, data } as never], commitId: 'forged', at: when })),
    );
  }
  return commits;
}

interface Touch {
  readonly title: string;
  readonly touch: (
    invoiceId: InvoiceId,
    commits: readonly [Commit, Commit, Commit, Commit, Commit],
  ) => Promise<unknown>;
  readonly found: readonly Partial<Finding>[];
}

const edited = (commit: Commit): Commit => ({ ...commit, at: `${day}T12:00:01.000Z` });
const rehashed = (commit: Commit): Commit => ({ ...commit, hash: hashOf(commit) });
const sealed = (...versions: number[]) =>
  versions.map((version) => ({ kind: 'other-than-sealed' as const, version, day }));
const gone = (...versions: number[]) =>
  versions.map((version) => ({ kind: 'sealed-commit-gone' as const, version, day }));

const TOUCHES: readonly Touch[] = [
  {
    title: 'a commit edited',
    touch: (_, [, second]) => put(edited(second)),
    found: [{ kind: 'content-changed', version: 2 }],
  },
  {
    title: 'a commit edited and hashed anew',
    touch: (_, [, second]) => put(rehashed(edited(second))),
    found: [{ kind: 'link-broken', version: 3 }, ...sealed(2)],
  },
  {
    title: 'the last commit edited and hashed anew',
    touch: (_, [, , , , last]) => put(rehashed(edited(last))),
    found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(5)],
  },
  {
    title: 'the first commit deleted',
    touch: (_, [first]) => remove(first),
    found: [{ kind: 'commit-missing', version: 1 }, ...gone(1)],
  },
  {
    title: 'a commit in the middle deleted',
    touch: (_, [, , third]) => remove(third),
    found: [{ kind: 'commit-missing', version: 3 }, ...gone(3)],
  },
  {
    title: 'two commits exchanged',
    touch: async (_, [, second, third]) => {
      await put({ ...second, version: 3, next: 4 });
      await put({ ...third, version: 2, next: 3 });
    },
    found: [{ kind: 'content-changed', version: 2 }, ...sealed(2, 3)],
  },
  {
    title: 'two commits exchanged and hashed anew, with all behind them',
    touch: async (invoiceId, [first, second, third, fourth, last]) => {
      let tip = tipAfter(first);
      for (const commit of [third, second, fourth, last]) {
        const moved = rehashed({
          ...commit,
          version: tip.version,
          next: tip.version + 1,
          prevHash: tip.hash,
          invoiceId,
        });
        tip = tipAfter(moved);
        await put(moved);
      }
    },
    found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(2, 3, 4, 5)],
  },
  {
    title: 'a commit put in at the end, and into the projection',
    touch: async (invoiceId, commits) => {
      const more = commitOf(
        draft({ invoiceId, tip: tipAfter(commits[4]), events: [deferred], commitId: 'put in', at }),
      );
      await put(more);
    },
    found: [{ kind: 'not-in-seal', version: 6, day }],
  },
  {
    title: 'a commit put in between, all behind it moved and hashed anew',
    touch: async (invoiceId, [first, second, ...behind]) => {
      let tip = tipAfter(second);
      const extra = commitOf(draft({ invoiceId, tip, events: [deferred], commitId: 'put in', at }));
      await put(extra);
      tip = tipAfter(extra);
      for (const commit of behind) {
        const moved = rehashed({ ...commit, version: tip.version, next: tip.version + 1, prevHash: tip.hash });
        tip = tipAfter(moved);
        await put(moved);
      }
      expect(first.version).toBe(1);
    },
    found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(3, 4, 5), { kind: 'not-in-seal', version: 6, day }],
  },
  {
    title: 'the end cut off',
    touch: async (_, [, , , fourth, last]) => Promise.all([remove(fourth), remove(last)]),
    found: [{ kind: 'tail-missing', version: 4 }, ...gone(4, 5)],
  },
  {
    title: 'the end cut off, and the projection set back',
    touch: async (invoiceId, [first, second, third, fourth, last]) => {
      await Promise.all([remove(fourth), remove(last)]);
      await forgeProjection(invoiceId, [first, second, third]);
    },
    found: gone(4, 5),
  },
  {
    title: 'a commit left without events and time',
    touch: (_, [, second]) => put({ ...second, events: undefined, at: undefined } as never),
    found: [{ kind: 'content-changed', version: 2 }],
  },
  {
    title: 'a commit with a number that is too large to be one',
    touch: (_, [, second]) => putItem({ ...marshall(second), next: { N: '12345678901234567890.5' } }),
    found: [{ kind: 'content-changed', version: 2 }],
  },
  {
    title: 'an item between two commits that is none',
    touch: (_, [first]) => putItem({ ...keyOf(first), version: { N: '1.5' } }),
    found: [{ kind: 'commit-missing', version: 2 }],
  },
  {
    title: 'the row of the projection left without a version',
    touch: (invoiceId) =>
      client.send(
        new UpdateItemCommand({
          TableName: tables.invoices,
          Key: marshall({ invoiceId }),
          UpdateExpression: 'REMOVE #version SET updatedAt = :none',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':none': { NULL: true } },
        }),
      ),
    found: [{ kind: 'row-unreadable', version: 5 }],
  },
  {
    title: 'the whole history replaced consistently, and the projection with it',
    touch: async (invoiceId) => {
      const other = forged(invoiceId);
      for (const commit of other) await put(commit);
      await forgeProjection(invoiceId, other);
    },
    found: sealed(1, 2, 3, 4, 5),
  },
  {
    title: 'the whole history replaced by one of today, which is not sealed yet, and the projection with it',
    touch: async (invoiceId) => {
      const other = forged(invoiceId, new Date().toISOString());
      for (const commit of other) await put(commit);
      await forgeProjection(invoiceId, other);
    },
    found: sealed(1, 2, 3, 4, 5),
  },
  {
    title: 'the whole history deleted, and the projection with it',
    touch: async (invoiceId, commits) => {
      await Promise.all(commits.map(remove));
      await client.send(new DeleteItemCommand({ TableName: tables.invoices, Key: marshall({ invoiceId }) }));
    },
    found: gone(1, 2, 3, 4, 5),
  },
];

async function verifyAll(): Promise<Map<InvoiceId, readonly Finding[]>> {
  const found = new Map<InvoiceId, readonly Finding[]>();
  const { knowledge, problems } = await checkSeals(store, { to: day });
  expect(problems).toEqual([]);
  await verifyLedger(
    {
      scan: dynamoDbEventScan({ client, tableName: tables.events, events: ledger.events }),
      events: ledger.events,
      witnesses: dynamoDbWitnesses(client, tables.invoices),
      seals: knowledge,
      onFindings: (invoiceId, findings) => void found.set(invoiceId, findings),
      onProgress: () => {},
    },
    { segments: 3 },
  );
  return found;
}

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bundle = path.join(folder, 'bundle');
const verifyOffline = () => {
  // Alone in a folder of its own, without the project's packages, and with no environment.
  const { status, stdout } = spawnSync(process.execPath, [path.join(bundle, 'verify.mjs')], { env: {}, cwd: folder });
  return { status, out: stdout.toString('utf8') };
};

describe('a ledger that nobody touched', () => {
  it('is exported with seals and proofs, and the bundle verifies itself with nothing but Node', async () => {
    const period = ['--from', day, '--to', day, '--out', bundle, '--json'];
    const { code, out, err } = await nfse(['audit', 'export', '--company', companyCnpj, ...period], environment);
    expect(code, err).toBe(0);
    const commits = 5 * (touches + 1);
    expect(JSON.parse(out)).toMatchObject({ invoices: touches + 1, commits, proofs: commits, missingDocuments: 0 });
    const offline = verifyOffline();
    expect([offline.status, offline.out]).toEqual([0, expect.stringContaining('GOOD')]);
    expect(offline.out).toContain(`${commits} commits proven by the seal of their day, 0 of days not sealed yet`);
    rmSync(bundle, { recursive: true });
  });

  it('is exported with its seals from the archive, though somebody took one out of the list, which is found', async () => {
    const sealed = await store.archived(day);
    await client.send(new DeleteItemCommand({ TableName: tables.seals, Key: marshall({ day }) }));
    const period = ['--from', day, '--to', day, '--out', bundle, '--json'];
    const { out } = await nfse(['audit', 'export', '--company', companyCnpj, ...period], environment);
    expect(JSON.parse(out)).toMatchObject({ proofs: 5 * (touches + 1) });
    expect(verifyOffline().status).toBe(0);
    rmSync(bundle, { recursive: true });
    const { code, out: verdict } = await nfse(['audit', 'verify', '--all'], environment);
    expect([code, verdict]).toEqual([
      1,
      expect.stringContaining(`selo de ${day}: o selo está no arquivo e não na tabela`),
    ]);
    await client.send(new PutItemCommand({ TableName: tables.seals, Item: marshall(sealed ?? {}) }));
  });

  it('is verified whole: every chain, the projection and the seals', async () => {
    expect(await verifyAll()).toEqual(new Map());
    const { code, out } = await nfse(['audit', 'verify', '--all', '--json'], environment);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ good: true, invoices: touches + 1, commits: 5 * (touches + 1), found: [] });
  });

  it('is proven commit by commit', async () => {
    const { code, out } = await nfse(['audit', 'prove', invoices[0]?.invoiceId ?? '', '--json'], environment);
    expect(code).toBe(0);
    const proven = JSON.parse(out);
    expect(proven.map(({ verdict }: { verdict: string }) => verdict)).toEqual(Array(5).fill('proven'));
    expect(proven[0].seal).toEqual(await store.archived(day));
  });
});

describe('a ledger that somebody touched', () => {
  let found: Map<InvoiceId, readonly Finding[]>;
  beforeAll(async () => {
    for (const [index, { touch }] of TOUCHES.entries()) {
      const { invoiceId, commits } = invoices[index] as (typeof invoices)[number];
      await touch(invoiceId, commits as never);
    }
    found = await verifyAll();
  });

  it.each(TOUCHES.map((touch, index) => ({ ...touch, index })))(
    '$title: is found, and where',
    ({ index, found: expected }) => {
      const findings = found.get(invoices[index]?.invoiceId as InvoiceId) ?? [];
      expect(findings).toEqual(expect.arrayContaining(expected.map((one) => expect.objectContaining(one))));
      expect(findings.length).toBeGreaterThanOrEqual(expected.length);
    },
  );

  it('blames nobody else', () => {
    expect(TOUCHES).toHaveLength(touches);
    expect(found.size).toBe(touches);
  });

  it('is told of by the command line, which ends with 1', async () => {
    const replaced = invoices[TOUCHES.findIndex(({ title }) => title.includes('replaced consistently'))];
    const { code, out } = await nfse(['audit', 'verify', replaced?.invoiceId ?? ''], environment);
    expect(code).toBe(1);
    expect(out).toContain(`a versão 1 não é a que foi selada: foi trocada (selo de ${day}) [other-than-sealed]`);
    const spoiled = invoices[TOUCHES.findIndex(({ title }) => title.includes('without events and time'))];
    const proven = await nfse(['audit', 'prove', spoiled?.invoiceId ?? '', '--json'], environment);
    expect([proven.code, JSON.parse(proven.out).map(({ verdict }: { verdict: string }) => verdict)]).toEqual([
      1,
      ['proven', 'no-seal', 'proven', 'proven', 'proven'],
    ]);
    const untouched = await nfse(['audit', 'verify', invoices.at(-1)?.invoiceId ?? ''], environment);
    expect([untouched.code, untouched.out]).toEqual([0, expect.stringContaining('tudo como foi gravado')]);
  });

  it('does not hide it by touching the seals as well', async () => {
    const one = await store.archived(day);
    const other = sealOf(day, [], undefined);
    await client.send(new PutItemCommand({ TableName: tables.seals, Item: marshall(other) }));
    const { code, out } = await nfse(['audit', 'verify', invoices.at(-1)?.invoiceId ?? ''], environment);
    expect([code, out]).toEqual([1, expect.stringContaining(`selo de ${day}: o selo da tabela não é o do arquivo`)]);
    await client.send(new PutItemCommand({ TableName: tables.seals, Item: marshall(one ?? {}) }));
  });
});

describe('a list of seals in which somebody wrote what are no seals', () => {
  const items = [{ day: 'hello' }, { day: '2026-02-30', v: 1 }, { day, commits: 'some' }, { day: '9999-12-31' }];
  const untouched = () => invoices.at(-1)?.invoiceId ?? '';
  beforeAll(() => Promise.all(items.map((item) => putSeal(item))));
  afterAll(async () => {
    for (const item of items) {
      await client.send(new DeleteItemCommand({ TableName: tables.seals, Key: marshall({ day: item.day }) }));
    }
    await putSeal((await store.archived(day)) ?? {});
  });
  const putSeal = (item: object) =>
    client.send(new PutItemCommand({ TableName: tables.seals, Item: marshall(item, { removeUndefinedValues: true }) }));

  it('is found, item by item, and all else is verified', async () => {
    const { code, out } = await nfse(['audit', 'verify', untouched(), '--json'], environment);
    const { sealProblems, found, invoices: verified, seals } = JSON.parse(out);
    expect([code, found, verified]).toEqual([1, [], 1]);
    expect(sealProblems).toEqual(
      ['2026-02-30', day, '9999-12-31', 'hello'].map((one) => ({ day: one, reason: 'not-a-seal' })),
    );
    expect(seals).toBeGreaterThan(0);
    const text = await nfse(['audit', 'verify', untouched()], environment);
    expect(text.out).toContain('selo de "hello": o item da tabela não é um selo');
  });

  it('keeps nobody from proving, exporting and sealing', async () => {
    const { code } = await nfse(['audit', 'prove', untouched(), '--json'], environment);
    expect(code).toBe(0);
    const company = ['--company', companyCnpj, '--from', day, '--to', day, '--out', bundle, '--json'];
    const { out, err } = await nfse(['audit', 'export', ...company], environment);
    expect(JSON.parse(out).proofs, err).toBeGreaterThan(0);
    rmSync(bundle, { recursive: true });
    await expect(seal()).resolves.toMatchObject({ sealed: expect.any(Array) });
  });
});

describe('a bundle', () => {
  it('holds histories with every document that they name, and what was sent for it', async () => {
    const owner = await apiAs('client');
    const { body } = await owner.post('/invoices', example('emit-invoice'));
    await owner.until(body.invoiceId, 'ISSUED');
    const today = dayOf({ at: new Date().toISOString() });
    const period = ['--from', dayBefore(today), '--to', today, '--out', bundle, '--json'];
    const { out } = await nfse(['audit', 'export', '--company', companyCnpj, ...period], credentials().environment);
    const manifest = JSON.parse(readFileSync(path.join(bundle, 'manifest.json'), 'utf8'));
    expect(JSON.parse(out)).toMatchObject({ invoices: manifest.invoices, commits: manifest.commits });
    const names = manifest.files.map(({ name }: { name: string }) => name);
    for (const kind of ['dps', 'nfse', 'received', 'sent']) {
      expect(names).toContainEqual(expect.stringMatching(`^documents/${body.invoiceId}/${kind}-`));
    }
    // Other tests touch histories of this company, which the verifier tells; of this invoice it has nothing to say.
    const { out: verdict } = verifyOffline();
    expect(verdict).toContain('commits proven by the seal of their day');
    expect(verdict).not.toContain(body.invoiceId);
  });

  it('with proofs leads every commit of a sealed day to its seal, and tells who touched what', async () => {
    rmSync(bundle, { recursive: true, force: true });
    const company = ['--company', companyCnpj, '--from', day, '--to', day, '--out', bundle, '--json'];
    // The stories of this ledger name documents that were never stored: that is told, and is no fault of the bundle's.
    const { code, out } = await nfse(['audit', 'export', ...company], environment);
    expect([code, JSON.parse(out).proofs > 0]).toEqual([0, true]);
    const { out: verdict } = verifyOffline();
    // What was touched in the store is in the bundle as it is, and does not pass here either.
    expect(verdict).toContain('BAD');
    const replaced = invoices[TOUCHES.findIndex(({ title }) => title.includes('replaced consistently'))]?.invoiceId;
    const untouched = invoices.at(-1)?.invoiceId ?? '';
    expect(verdict).toContain(`${replaced}: version 1 is not in the seal of ${day}`);
    expect(verdict).not.toContain(untouched);
  });

  it.each([
    ['an event', 'events.jsonl', (text: string) => text.replace('"total":150000', '"total":1')],
    ['a seal', 'seals.jsonl', (text: string) => text.replace('"commits":', '"commits":1')],
    ['a proof', 'proofs.jsonl', (text: string) => text.replace('"index":', '"index":9')],
    ['the verifier', 'verify.mjs', (text: string) => `${text}\n`],
  ])('of which %s was changed afterwards does not verify', (_what, name, change) => {
    const file = path.join(bundle, name);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, change(before));
    expect(verifyOffline()).toMatchObject({
      status: 1,
      out: expect.stringContaining(`${name}: changed after the export`),
    });
    writeFileSync(file, before);
  });

  it('with a file too many, or one too few, does not verify', () => {
    appendFileSync(path.join(bundle, 'more.txt'), 'more');
    expect(verifyOffline().out).toContain('more.txt: not in the manifest');
    rmSync(path.join(bundle, 'more.txt'));
    rmSync(path.join(bundle, 'proofs.jsonl'));
    expect(existsSync(path.join(bundle, 'proofs.jsonl'))).toBe(false);
    expect(verifyOffline().out).toContain('proofs.jsonl: missing');
  });
});
