import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newJournal, verifyLedger } from '../../src/audit/verify-ledger.ts';
import { type Finding, NO_SEALS } from '../../src/audit/verify-stream.ts';
import { reportingWitness } from '../../src/cli/audit/reporting-witness.ts';
import { type Commit, START, tipAfter } from '../../src/events/commit.ts';
import { dynamoDbEventScan } from '../../src/events/dynamodb-event-scan.ts';
import { read } from '../../src/events/event-store.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import type { LivingInvoice } from '../../src/events/invoice.ts';
import { rowOf } from '../../src/projections/invoice-row.ts';
import { type InvoiceRecords, recordsOf } from '../../src/projections/reporting/records.ts';
import { writeRecords } from '../../src/projections/reporting/reporting-store.ts';
import { dynamoDbWitnesses } from '../../src/projections/witnesses.ts';
import { draft, emitted, issued, newEmission } from '../invoices.ts';
import { credentials } from '../stack/api.ts';
import { nfse } from '../stack/nfse.ts';
import { ownLedger } from '../stack/own-ledger.ts';
import { ownSeals } from '../stack/own-seals.ts';
import { connect, ownReportingTables } from './own-reporting.ts';

const ledger = await ownLedger();
const { client, tables, events } = ledger;
const { bucket } = await ownSeals(ledger);
const environment = { ...ledger.environment, SEALS_BUCKET: bucket };
const url = credentials().endpoints.postgres;
const database = connect(url);
const reportingTables = await ownReportingTables(database);
const witness = reportingWitness({ url }, { tables: reportingTables });
afterAll(async () => {
  await witness.close();
  await database.close();
  client.destroy();
});

/** So long ago that both projections have passed it, and of a day that has no seal yet. */
const at = new Date(Date.now() - 2 * 3_600_000).toISOString();
const projectedBefore = new Date(Date.now() - 3_600_000).toISOString();
const STORY = [emitted, issued];

async function writeRow(invoiceId: InvoiceId, commits: readonly Commit[]): Promise<void> {
  const { invoice, tip } = read(invoiceId, commits);
  const Item = rowOf(invoice as LivingInvoice, tip, 300);
  await client.send(new PutCommand({ TableName: tables.invoices, Item }));
}

async function writeCopies(invoiceId: InvoiceId, commits: readonly Commit[]): Promise<void> {
  await writeRecords(database, reportingTables, [recordsOf(invoiceId, commits) as InvoiceRecords]);
}

async function deleteStream(invoiceId: InvoiceId, commits: readonly Commit[]): Promise<void> {
  for (const { version } of commits) {
    await client.send(new DeleteCommand({ TableName: tables.events, Key: { invoiceId, version } }));
  }
}

async function projectedInvoice() {
  const told = await ledger.tell(STORY, { at });
  await writeRow(told.invoiceId, told.commits);
  await writeCopies(told.invoiceId, told.commits);
  return told;
}

async function verifyAll(reported?: typeof witness): Promise<Map<InvoiceId, readonly Finding[]>> {
  const found = new Map<InvoiceId, readonly Finding[]>();
  await verifyLedger(
    {
      scan: dynamoDbEventScan({ client, tableName: tables.events, events }),
      events,
      witnesses: dynamoDbWitnesses(client, tables.invoices),
      reported,
      projectedBefore,
      seals: NO_SEALS,
      onFindings: (invoiceId, findings) => void found.set(invoiceId, findings),
      onProgress: () => {},
    },
    { journal: newJournal(2) },
  );
  return found;
}

/** The database behind a port that ends the first connections, as a server does that has no place for them. */
async function busyDatabase(target: string, refusals: number) {
  const { hostname, port } = new URL(target);
  let refused = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (refused < refusals) {
      refused++;
      socket.destroy();
      return;
    }
    const upstream = createConnection(Number(port), hostname);
    upstream.on('error', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxied = new URL(target);
  proxied.port = String((server.address() as AddressInfo).port);
  return {
    url: proxied.href,
    refused: () => refused,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('an audit that compares the copies in the reporting database', () => {
  let untouched: Awaited<ReturnType<typeof projectedInvoice>>;

  beforeAll(async () => {
    untouched = await projectedInvoice();
    const young = await ledger.tell(STORY);
    await writeRow(young.invoiceId, young.commits);
  });

  it('finds nothing in streams that nobody touched, and waits for the copies of young ones', async () => {
    expect(await verifyAll(witness)).toEqual(new Map());
  });

  it('alone finds what was replaced or deleted along with the row before its day is sealed', async () => {
    const replaced = await projectedInvoice();
    await deleteStream(replaced.invoiceId, replaced.commits);
    const forged: Commit[] = [];
    for (const event of [newEmission(replaced.requestId).emitted, issued]) {
      const last = forged.at(-1);
      const tip = last ? tipAfter(last) : START;
      const commit = draft({ invoiceId: replaced.invoiceId, tip, events: [event], commitId: 'forged', at });
      forged.push(await events.append(commit));
    }
    await writeRow(replaced.invoiceId, forged);

    const deleted = await projectedInvoice();
    await deleteStream(deleted.invoiceId, deleted.commits);
    await client.send(new DeleteCommand({ TableName: tables.invoices, Key: { invoiceId: deleted.invoiceId } }));

    const madeUp = await ledger.tell(STORY, { at });
    await writeRow(madeUp.invoiceId, madeUp.commits);

    expect(await verifyAll()).toEqual(new Map());
    const both = (kind: string) => [1, 2].map((version) => ({ kind, version }));
    expect(await verifyAll(witness)).toEqual(
      new Map([
        [replaced.invoiceId, both('other-than-reported')],
        [deleted.invoiceId, both('reported-commit-gone')],
        [madeUp.invoiceId, both('not-reported')],
      ]),
    );
  });

  it('goes on where somebody wrote a text into the copies that is no id', async () => {
    const before = await verifyAll(witness);
    const { invoiceEvents } = reportingTables;
    await database.rows(sql`
      insert into ${invoiceEvents}
      select '', version, company_cnpj, municipality_code, type, at, commit_version, committed_at, 'other', error_code, -version
      from ${invoiceEvents} where invoice_id = ${untouched.invoiceId}`);
    expect(await verifyAll(witness)).toEqual(before);
  });

  it('is what the command line does, which names what it found', async () => {
    // The stack's reporting database knows nothing of this ledger.
    const { code, out } = await nfse(['audit', 'verify', untouched.invoiceId], { ...environment, DATABASE_URL: url });
    expect(code).toBe(1);
    expect(out).toContain(`${untouched.invoiceId}: o banco de relatórios não tem cópia da versão 2`);
    expect(out).toContain('[not-reported]');
  });

  it('says that no reporting database is configured, which is no failure', async () => {
    const { code, out } = await nfse(['audit', 'verify', untouched.invoiceId], environment);
    expect([code, out]).toEqual([0, expect.stringContaining('nenhum banco de relatórios configurado')]);
    const { out: json } = await nfse(['audit', 'verify', untouched.invoiceId, '--json'], environment);
    expect(JSON.parse(json)).toMatchObject({ good: true, reportedCommits: 'not-configured' });
  });

  it('asks a reporting database again that is too busy to answer at first', async () => {
    const busy = await busyDatabase(url, 2);
    const patientWitness = reportingWitness({ url: busy.url }, { tables: reportingTables });
    try {
      const copies = await patientWitness.of([untouched.invoiceId]);
      expect(copies?.get(untouched.invoiceId)).toEqual(
        untouched.commits.map(({ version, hash }) => ({ version, hash })),
      );
      expect([patientWitness.failure(), busy.refused()]).toEqual([undefined, 2]);
    } finally {
      await patientWitness.close();
      busy.stop();
    }
  });

  it('verifies the rest when the reporting database does not answer, says so and ends with 1', async () => {
    const unreachable = { ...environment, DATABASE_URL: 'postgres://postgres@127.0.0.1:1/postgres' };
    const { code, out } = await nfse(['audit', 'verify', untouched.invoiceId, '--json'], unreachable);
    expect([code, JSON.parse(out)]).toEqual([
      1,
      expect.objectContaining({ good: false, found: [], commits: 2, reportedCommits: 'unavailable' }),
    ]);
    const text = await nfse(['audit', 'verify', '--all'], unreachable);
    expect([text.code, text.out]).toEqual([1, expect.stringContaining('o banco de relatórios não respondeu')]);
  });
});
