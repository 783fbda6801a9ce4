import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dayAfter, dayBefore, type Seal } from '../src/audit/seal.ts';
import { lastDayOver, sealDueDays } from '../src/audit/sealing.ts';
import { type Commit, START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbCommitsByTime } from '../src/events/dynamodb-commits-by-time.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { read } from '../src/events/event-store.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { draft, emitted, issued, newEmission } from './invoices.ts';
import { nfse } from './stack/nfse.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';

const MARGIN_MINUTES = 60;
const last = lastDayOver(new Date(), MARGIN_MINUTES);
const first = dayBefore(last);
const on = (day: string) => ({ at: `${day}T12:00:00.000Z` });

/** Two days with an invoice each, sealed; and the command line that audits them. */
async function sealedLedger() {
  const ledger = await ownLedger();
  const { bucket, bucketClient, audited, store } = await ownSeals(ledger);
  onTestFinished(() => ledger.client.destroy());
  const { client, tables } = ledger;
  const commits = dynamoDbCommitsByTime(client, tables.events);
  const environment = { ...ledger.environment, SEALS_BUCKET: bucket };
  const seal = () =>
    sealDueDays({ seals: store, commits, marginMinutes: MARGIN_MINUTES }, new Date(`${dayAfter(last)}T01:10:00.000Z`));
  const project = async (invoiceId: InvoiceId, of: readonly Commit[]) => {
    const { invoice, tip } = read(invoiceId, of);
    const Item = rowOf(invoice as LivingInvoice, tip, 300);
    await client.send(new PutCommand({ TableName: tables.invoices, Item }));
  };
  const tell = async (day: string) => {
    const told = await ledger.tell([emitted, issued], on(day));
    await project(told.invoiceId, told.commits);
    return told;
  };
  const invoices = [await tell(first), await tell(last)] as const;
  expect((await seal()).sealed).toHaveLength(2);

  return {
    ...ledger,
    audited,
    invoices,
    seal,
    project,
    tell,
    async audit(...args: string[]) {
      const { code, out, err } = await nfse(['audit', ...args, '--json'], environment);
      return { code, verdict: JSON.parse(out || `{ "err": ${JSON.stringify(err)} }`) };
    },
    async print(...args: string[]) {
      const { code, out, err } = await nfse(['audit', ...args], environment);
      return { code, text: out + err };
    },
    async deleteSeals() {
      const { Contents = [] } = await bucketClient.send(new ListObjectsV2Command({ Bucket: bucket }));
      const Objects = Contents.map(({ Key }) => ({ Key }));
      await bucketClient.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      for (const day of [first, last]) {
        await client.send(new DeleteCommand({ TableName: tables.seals, Key: { day } }));
      }
    },
  };
}

describe('an audit of seals that somebody deleted', () => {
  it('finds that there is none, though commits must have theirs', async () => {
    const ledger = await sealedLedger();
    expect(await ledger.audit('verify', '--all')).toMatchObject({ code: 0, verdict: { good: true, seals: 2 } });
    await ledger.deleteSeals();
    const sealProblems = [{ day: first, reason: 'no-seals' }];
    expect(await ledger.audit('verify', '--all')).toMatchObject({ code: 1, verdict: { good: false, sealProblems } });
    const [{ invoiceId }] = ledger.invoices;
    expect(await ledger.audit('verify', invoiceId)).toMatchObject({ code: 1, verdict: { sealProblems } });
    expect(await ledger.audit('verify', '--all', '--since', last)).toMatchObject({
      code: 1,
      verdict: { sealProblems },
    });
    const { text } = await ledger.print('verify', '--all');
    expect(text).toContain(`selo de ${first}: não há selo nenhum, embora haja fatos deste dia em diante [no-seals]`);
  });

  it('wants none while no day has to be sealed yet', async () => {
    const ledger = await ownLedger();
    const { bucket } = await ownSeals(ledger);
    onTestFinished(() => ledger.client.destroy());
    await ledger.tell([emitted]);
    const { code, out } = await nfse(['audit', 'verify', '--all', '--json'], {
      ...ledger.environment,
      SEALS_BUCKET: bucket,
    });
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ good: true, seals: 0 })]);
  });
});

describe('the hash of a seal, noted elsewhere', () => {
  it('is that of the newest one, which `audit seals` lists with all others', async () => {
    const ledger = await sealedLedger();
    const { code, verdict } = await ledger.audit('seals');
    expect([code, verdict.good, verdict.seals.map(({ day }: Seal) => day)]).toEqual([0, true, [first, last]]);
    expect(verdict.chain).toBe((await ledger.audited.archived(last))?.hash);
    const { text } = await ledger.print('seals');
    expect(text).toContain(`${first}  ${verdict.seals[0].hash}  2 commits`);
    expect(text).toContain(`Cadeia de 2 selos até ${last}, a anotar em outro lugar: ${verdict.chain}`);
  });

  it('finds a history that was rewritten with its row, whose seals were deleted and made again', async () => {
    const ledger = await sealedLedger();
    const { chain } = (await ledger.audit('seals')).verdict;
    expect((await ledger.audit('verify', '--all', '--expect-seal', chain)).code).toBe(0);
    const [{ requestId, invoiceId }] = ledger.invoices;
    const events = dynamoDbEventStore({ client: ledger.client, tableName: ledger.tables.events });
    const commits: Commit[] = [];
    for (const event of [newEmission(requestId).emitted, issued]) {
      const before = commits.at(-1);
      const tip = before ? tipAfter(before) : START;
      const Key = { invoiceId, version: tip.version };
      await ledger.client.send(new DeleteCommand({ TableName: ledger.tables.events, Key }));
      commits.push(await events.append(draft({ invoiceId, tip, events: [event], commitId: 'forged', ...on(first) })));
    }
    await ledger.project(invoiceId, commits);
    await ledger.deleteSeals();
    expect((await ledger.seal()).sealed).toHaveLength(2);

    // Consistent in itself, on a bucket without versions: nothing but the hash from elsewhere tells.
    expect((await ledger.audit('verify', '--all')).code).toBe(0);
    expect(await ledger.audit('verify', '--all', '--expect-seal', chain)).toMatchObject({
      code: 1,
      verdict: { good: false, found: [], absentSeals: [chain] },
    });
    const { text } = await ledger.print('verify', '--all', '--expect-seal', chain);
    expect(text).toContain(`nenhum selo tem o hash ${chain}`);
  });

  it('has the form of one, and is looked for among all seals', async () => {
    const ledger = await sealedLedger();
    expect(await ledger.print('verify', '--all', '--expect-seal', 'hello')).toMatchObject({ code: 2 });
    const { chain } = (await ledger.audit('seals')).verdict;
    expect(await ledger.print('verify', '--all', '--since', last, '--expect-seal', chain)).toMatchObject({ code: 2 });
  });
});

describe('an audit of commits that no seal has', () => {
  it.each([
    ['before the first sealed day', dayBefore(first), 'not-in-seal'],
    ['long before it', '1999-12-31', 'not-in-seal'],
    ['on a sealed day', last, 'not-in-seal'],
    ['after today', '2099-01-01', 'dated-ahead'],
  ])('finds a made-up history of a day %s', async (_, day, kind) => {
    const ledger = await sealedLedger();
    const { invoiceId } = await ledger.tell(day);
    const findings = [1, 2].map((version) => ({ kind, version, day }));
    expect(await ledger.audit('verify', '--all')).toMatchObject({
      code: 1,
      verdict: { good: false, sealProblems: [], found: [{ invoiceId, findings }] },
    });
  });
});

describe('an audit of a seal that is listed otherwise than archived', () => {
  it.each<Partial<Seal>>([
    { root: 'x'.repeat(43) },
    { commits: 3 },
    { prevHash: 'x'.repeat(43) },
    { hash: 'x'.repeat(43) },
  ])('finds %j', async (edit) => {
    const ledger = await sealedLedger();
    const seal = await ledger.audited.archived(last);
    await ledger.client.send(new PutCommand({ TableName: ledger.tables.seals, Item: { ...seal, ...edit } }));
    expect(await ledger.audit('verify', '--all')).toMatchObject({
      code: 1,
      verdict: { found: [], sealProblems: [{ day: last, reason: 'seal-differs' }] },
    });
  });
});
