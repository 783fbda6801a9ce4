import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSeals } from '../src/audit/check-seals.ts';
import { dayBefore, dayOf, sealOf } from '../src/audit/seal.ts';
import { newJournal, verifyLedger } from '../src/audit/verify-ledger.ts';
import type { Finding } from '../src/audit/verify-stream.ts';
import type { Commit } from '../src/events/commit.ts';
import { dynamoDbEventScan } from '../src/events/dynamodb-event-scan.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import { dynamoDbWitnesses } from '../src/projections/witnesses.ts';
import { companyCnpj } from './invoices.ts';
import { apiAs, credentials, example } from './stack/api.ts';
import { nfse } from './stack/nfse.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';
import { announced } from './stream-record.ts';
import { STORY, touchesOf } from './touches.ts';

const ledger = await ownLedger();
const { bucket, store, audited } = await ownSeals(ledger);
Object.assign(process.env, ledger.environment, { SEALS_BUCKET: bucket });
const { handler: projector } = await import('../src/handlers/projector.ts');
const { handler: seal } = await import('../src/handlers/seal.ts');
const environment = { ...ledger.environment, SEALS_BUCKET: bucket };
const { client, tables } = ledger;
afterAll(() => client.destroy());

const day = dayBefore(dayBefore(dayOf({ at: new Date().toISOString() })));
const at = `${day}T12:00:00.000Z`;
const TOUCHES = touchesOf(ledger, day);

/** One invoice for each way to touch a history, and one that nobody touches. */
const invoices: { invoiceId: InvoiceId; commits: Commit[] }[] = [];

beforeAll(async () => {
  for (let n = 0; n < TOUCHES.length + 1; n++) {
    const told = await ledger.tell(STORY, { at });
    await projector({ Records: told.commits.map(announced) });
    invoices.push(told);
  }
  expect((await seal()).sealed).toContain(day);
});

async function verifyAll(): Promise<Map<InvoiceId, readonly Finding[]>> {
  const found = new Map<InvoiceId, readonly Finding[]>();
  const { knowledge, problems } = await checkSeals(audited, { to: day });
  expect(problems).toEqual([]);
  await verifyLedger(
    {
      scan: dynamoDbEventScan({ client, tableName: tables.events, events: ledger.events }),
      events: ledger.events,
      witnesses: dynamoDbWitnesses(client, tables.invoices),
      projectedBefore: new Date().toISOString(),
      seals: knowledge,
      onFindings: (invoiceId, findings) => void found.set(invoiceId, findings),
      onProgress: () => {},
    },
    { journal: newJournal(3) },
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
    const commits = 5 * (TOUCHES.length + 1);
    expect(JSON.parse(out)).toMatchObject({
      invoices: TOUCHES.length + 1,
      commits,
      proofs: commits,
      missingDocuments: 0,
    });
    const offline = verifyOffline();
    expect([offline.status, offline.out]).toEqual([0, expect.stringContaining('GOOD')]);
    expect(offline.out).toContain(`${commits} commits proven by the seal of their day, 0 of days not sealed yet`);
    rmSync(bundle, { recursive: true });
  });

  it('is exported with its seals from the archive, though somebody took one out of the list, which is found', async () => {
    const sealed = await store.archived(day);
    await client.send(new DeleteCommand({ TableName: tables.seals, Key: { day } }));
    const period = ['--from', day, '--to', day, '--out', bundle, '--json'];
    const { out } = await nfse(['audit', 'export', '--company', companyCnpj, ...period], environment);
    expect(JSON.parse(out)).toMatchObject({ proofs: 5 * (TOUCHES.length + 1) });
    expect(verifyOffline().status).toBe(0);
    rmSync(bundle, { recursive: true });
    const { code, out: verdict } = await nfse(['audit', 'verify', '--all'], environment);
    expect([code, verdict]).toEqual([
      1,
      expect.stringContaining(`selo de ${day}: o selo está no arquivo e não na tabela`),
    ]);
    await client.send(new PutCommand({ TableName: tables.seals, Item: sealed ?? {} }));
  });

  it('is verified whole: every chain, the projection and the seals', async () => {
    expect(await verifyAll()).toEqual(new Map());
    const { code, out } = await nfse(['audit', 'verify', '--all', '--json'], environment);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      good: true,
      invoices: TOUCHES.length + 1,
      commits: 5 * (TOUCHES.length + 1),
      found: [],
    });
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
    expect(found.size).toBe(TOUCHES.length);
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
    await client.send(new PutCommand({ TableName: tables.seals, Item: other }));
    const { code, out } = await nfse(['audit', 'verify', invoices.at(-1)?.invoiceId ?? ''], environment);
    expect([code, out]).toEqual([1, expect.stringContaining(`selo de ${day}: o selo da tabela não é o do arquivo`)]);
    await client.send(new PutCommand({ TableName: tables.seals, Item: one ?? {} }));
  });
});

describe('a list of seals in which somebody wrote what are no seals', () => {
  const items = [{ day: 'hello' }, { day: '2026-02-30', v: 1 }, { day, commits: 'some' }, { day: '9999-12-31' }];
  const untouched = () => invoices.at(-1)?.invoiceId ?? '';
  beforeAll(() => Promise.all(items.map((item) => putSeal(item))));
  afterAll(async () => {
    for (const item of items) {
      await client.send(new DeleteCommand({ TableName: tables.seals, Key: { day: item.day } }));
    }
    await putSeal((await store.archived(day)) ?? {});
  });
  const putSeal = (item: object) => client.send(new PutCommand({ TableName: tables.seals, Item: item }));

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
