import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteCommand, GetCommand, NumberValue, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commit, commitOf } from '../src/events/commit.ts';
import { read } from '../src/events/event-store.ts';
import { event, type NewEvent } from '../src/events/event-types.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { type InvoiceRow, rowOf } from '../src/projections/invoice-row.ts';
import { liveInvoices } from '../src/projections/live-invoices.ts';
import { Checksum, digestOf } from '../src/projections/rebuild/checksum.ts';
import { cancelled, cancelRequested, deferred, draft, emitted, failed, issued, retryRequested } from './invoices.ts';
import { nfse, startNfse } from './stack/nfse.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { announced } from './stream-record.ts';

const ledger = await ownLedger();
Object.assign(process.env, ledger.environment);
const { handler: projector } = await import('../src/handlers/projector.ts');
const reader = liveInvoices({ client: ledger.client, tables: ledger.tables, freshSeconds: 1, nowMs: Date.now });

const STORIES: readonly (readonly NewEvent[])[] = [
  [emitted, issued],
  [emitted, deferred, issued],
  [emitted, failed, retryRequested, issued, cancelRequested, cancelled],
  [emitted],
];
const INVOICES = 200;
/** `npm run chaos -- rebuild` kills ten times. */
const KILLS = 3;
/** Of the traffic at a time: on a slow machine more would only come than can be folded. */
const MAX_INVOICES_OF_TRAFFIC = 150;

const announce = (commits: readonly Commit[]) => projector({ Records: commits.map(announced) });

/** The checksum that both tables must have: of the rows that all streams fold to, one by one. */
async function foldedChecksum(): Promise<string> {
  const sum = new Checksum();
  for (const invoiceId of known) {
    const { invoice, tip } = read(invoiceId, await ledger.events.load(invoiceId));
    const { dueAt: _, ...row } = rowOf(invoice as LivingInvoice, tip, Number(process.env.RECONCILE_AFTER_SECONDS));
    sum.add(digestOf(row));
  }
  return sum.hex;
}

const known: InvoiceId[] = [];
let waiting: string[] = [];

/** New invoices, and answers to those that wait, announced late, twice and out of order, while readers look. */
function startTraffic() {
  let stopped = false;
  const missed: InvoiceId[] = [];
  const running = (async () => {
    for (let n = 0; !stopped; n++) {
      if (n >= MAX_INVOICES_OF_TRAFFIC) {
        await sleep(100);
        continue;
      }
      const story = STORIES[n % STORIES.length] ?? [];
      const { requestId, invoiceId, commits } = await ledger.tell(story);
      await announce(n % 3 === 0 ? [...commits.toReversed(), ...commits] : commits);
      known.push(invoiceId);
      if (story.length === 1) waiting.push(requestId);
      const [answered, ...rest] = waiting;
      if (answered && n % 5 === 0) {
        waiting = rest;
        await announce((await ledger.tell([issued], { requestId: answered })).commits);
      }
      const asked = known[(n * 37) % known.length] as InvoiceId;
      if (!(await reader.get(asked))) missed.push(asked);
      await sleep(10);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      return missed;
    },
  };
}

const rebuild = (...more: string[]) => [
  'projections',
  'rebuild',
  'invoices',
  '--segments',
  '3',
  '--page',
  '20',
  ...more,
];

async function rowsOf(table: string): Promise<InvoiceRow[]> {
  // A scan gives a megabyte at once, and busy traffic makes more.
  const pages = paginateScan({ client: ledger.client }, { TableName: table, ConsistentRead: true });
  const rows: InvoiceRow[] = [];
  for await (const { Items = [] } of pages) rows.push(...(Items as InvoiceRow[]));
  return rows;
}

beforeAll(async () => {
  for (let n = 0; n < INVOICES; n += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, k) => {
        const { invoiceId, commits } = await ledger.tell(STORIES[(n + k) % STORIES.length] ?? []);
        await announce(commits);
        known.push(invoiceId);
      }),
    );
  }
});

afterAll(() => ledger.client.destroy());

describe('a rebuild of InvoicesTable', () => {
  it('killed time and again at random, under traffic, ends with the rows that all events fold to', async () => {
    const traffic = startTraffic();
    let kills = 0;
    for (; kills < KILLS; kills++) {
      const child = startNfse(rebuild(), ledger.environment);
      // Its first words come once the new table is known; from then on it may be anywhere.
      await once(child.stderr as NodeJS.ReadableStream, 'data');
      await sleep((kills === 0 ? 2_000 : 0) + Math.random() * 400);
      const done = child.exitCode !== null;
      child.kill('SIGKILL');
      if (!done) await once(child, 'close');
    }
    const first = await nfse(rebuild('--json'), ledger.environment);
    expect(first.code, first.err + first.out).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ table: `${ledger.tables.invoices}-2`, differing: [] });

    expect(await traffic.stop()).toEqual([]);
    const last = JSON.parse((await nfse(rebuild('--json'), ledger.environment)).out);
    const expected = await foldedChecksum();
    expect(last).toMatchObject({ liveChecksum: expected, builtChecksum: expected, rows: known.length, differing: [] });
  });

  it('serves nobody until it is switched to, and live events go on reaching both', async () => {
    const status = JSON.parse((await nfse(['projections', 'status', 'invoices', '--json'], ledger.environment)).out);
    expect(status).toMatchObject({ live: ledger.tables.invoices, building: { compared: { differing: 0 } } });
    const traffic = startTraffic();
    for (const action of ['switch', 'rollback', 'rollback']) {
      const { code, err } = await nfse(['projections', action, 'invoices'], ledger.environment);
      expect(code, err).toBe(0);
    }
    await sleep(1_500);
    expect(await traffic.stop()).toEqual([]);
    const built = await rowsOf(`${ledger.tables.invoices}-2`);
    const former = await rowsOf(ledger.tables.invoices);
    const byId = (rows: InvoiceRow[]) => rows.sort((a, b) => (a.invoiceId < b.invoiceId ? -1 : 1));
    expect(byId(built)).toEqual(byId(former));
    expect(built).toHaveLength(known.length);
  });

  it('is not rolled back to a table that lacks a row, but by who accepts that, and is once the row is there', async () => {
    const [missed] = known as [InvoiceId];
    const commits = await ledger.events.load(missed);
    await ledger.client.send(new DeleteCommand({ TableName: ledger.tables.invoices, Key: { invoiceId: missed } }));
    const rollback = async (...more: string[]) => {
      const { code, out } = await nfse(['projections', 'rollback', 'invoices', '--json', ...more], ledger.environment);
      return { code, ...JSON.parse(out) };
    };
    expect(await rollback()).toMatchObject({
      code: 1,
      error: 'not-now',
      behind: [{ id: missed, live: commits.at(-1)?.version }],
    });
    expect(await rollback('--accept-losses')).toMatchObject({ code: 0, live: ledger.tables.invoices });
    expect(await rollback()).toMatchObject({
      code: 0,
      live: `${ledger.tables.invoices}-2`,
      compared: { differing: 1 },
    });

    await sleep(1_500); // until the projector knows which table is live
    await announce(commits);
    const equal = { rows: known.length, differing: 0, behind: [] };
    expect(await rollback()).toMatchObject({ code: 0, live: ledger.tables.invoices, compared: equal });
    const { compared } = await rollback();
    expect(compared.previousChecksum).toBe(compared.liveChecksum);
    await sleep(1_500);
  });

  it('is finished by leaving one table alone', async () => {
    const { code, out } = await nfse(['projections', 'finish', 'invoices', '--json'], ledger.environment);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ projection: 'invoices', live: `${ledger.tables.invoices}-2`, generation: 2 });
    const again = await nfse(['projections', 'rollback', 'invoices', '--json'], ledger.environment);
    expect([again.code, JSON.parse(again.out).error]).toEqual([1, 'not-now']);
    const { commits, invoiceId } = await ledger.tell([emitted, issued]);
    await announce(commits);
    known.push(invoiceId);
    expect((await reader.get(invoiceId))?.status).toBe('ISSUED');
    expect((await rowsOf(ledger.tables.invoices)).some((row) => row.invoiceId === invoiceId)).toBe(false);
  });

  it('lists what differs, and is not switched to before somebody has accepted that', async () => {
    const [altered, removed] = known as [InvoiceId, InvoiceId];
    const live = `${ledger.tables.invoices}-2`;
    const row = (await rowsOf(live)).find(({ invoiceId }) => invoiceId === altered) as InvoiceRow;
    await ledger.client.send(new PutCommand({ TableName: live, Item: { ...row, total: 1 } }));
    await ledger.client.send(new DeleteCommand({ TableName: live, Key: { invoiceId: removed } }));
    const { code, out } = await nfse(rebuild('--json'), ledger.environment);
    expect(code).toBe(1);
    const { differing, liveChecksum, builtChecksum } = JSON.parse(out);
    expect(new Map(differing.map((one: { id: string }) => [one.id, one]))).toEqual(
      new Map<string, unknown>([
        [altered, { id: altered, live: row.version, built: row.version }],
        [removed, { id: removed, built: expect.any(Number) }],
      ]),
    );
    expect(builtChecksum).toBe(await foldedChecksum());
    expect(builtChecksum).not.toBe(liveChecksum);
    expect((await nfse(['projections', 'switch', 'invoices'], ledger.environment)).code).toBe(1);
    const accepted = await nfse(['projections', 'switch', 'invoices', '--accept-differences'], ledger.environment);
    expect(accepted.code, accepted.err).toBe(0);
    await nfse(['projections', 'finish', 'invoices'], ledger.environment);
  });

  it('takes a row that somebody spoiled for a difference, and says which', async () => {
    const [spoiled] = known.slice(2) as [InvoiceId];
    const { live } = JSON.parse((await nfse(['projections', 'status', 'invoices', '--json'], ledger.environment)).out);
    const { Item } = await ledger.client.send(new GetCommand({ TableName: live, Key: { invoiceId: spoiled } }));
    const broken = { ...Item, total: NumberValue.from('12345678901234567890.5') };
    await ledger.client.send(new PutCommand({ TableName: live, Item: broken }));
    const { code, out } = await nfse(rebuild('--json'), ledger.environment);
    const version = Item?.version;
    expect([code, JSON.parse(out).differing]).toEqual([1, [{ id: spoiled, live: version, built: version }]]);
    await nfse(['projections', 'finish', 'invoices'], ledger.environment);
  });

  it('stops at an item that is no commit, and names invoice and version', async () => {
    const none = { invoiceId: BAD, version: 1, next: 2, hash: 'none' };
    await ledger.client.send(new PutCommand({ TableName: ledger.tables.events, Item: none }));
    const { code, err } = await nfse(rebuild(), ledger.environment);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`${BAD}, versão 1: a cadeia não confere (content-changed)`),
    ]);
    const Key = { invoiceId: BAD, version: 1 };
    await ledger.client.send(new DeleteCommand({ TableName: ledger.tables.events, Key }));
  });

  it('stops at the first event that cannot be folded, and names invoice and event', async () => {
    const impossible = commitOf(
      draft({ events: [event('Cancelled', cancelled.data)], commitId: 'impossible', invoiceId: BAD as InvoiceId }),
    );
    await ledger.client.send(
      new PutCommand({
        TableName: ledger.tables.events,
        Item: impossible,
      }),
    );
    const { code, err } = await nfse(rebuild(), ledger.environment);
    expect(code).toBe(1);
    expect(err).toContain(`${BAD}, versão 1: impossible.1 (Cancelled)`);
  });
});

const BAD = 'inv_00000000000000000000000000';
