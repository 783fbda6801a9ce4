// What the audit of a whole ledger takes, with its rows, seals and archived documents:
// `npm run bench -- audit [--commits 10000,100000] [--days 30]`.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import prices from '../cost/prices.json' with { type: 'json' };
import { localDynamoDb, startDynamoDb } from '../local/engines/dynamodb.ts';
import { createTable, defaultTableNames } from '../local/engines/tables.ts';
import { findJava } from '../local/java.ts';
import { portNear } from '../local/ports.ts';
import { dayAfter, dayOf } from '../src/audit/seal.ts';
import { verifyLedger } from '../src/audit/verify-ledger.ts';
import { sealKnowledge } from '../src/audit/verify-stream.ts';
import { auditFolder } from '../src/cli/audit/audit-folder.ts';
import { type Commit, commitOf, tipAfter } from '../src/events/commit.ts';
import { documentKey } from '../src/events/document-key.ts';
import { commitItem } from '../src/events/dynamodb-commit.ts';
import { dynamoDbEventScan } from '../src/events/dynamodb-event-scan.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { read } from '../src/events/event-store.ts';
import { event } from '../src/events/event-types.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { auditedDocuments } from '../src/platform/documents/audited-documents.ts';
import type { KeptDocument } from '../src/platform/documents/encoding.ts';
import { documentPacks } from '../src/platform/documents/packs.ts';
import { type DayPart, dayPartOf, SHARDS } from '../src/platform/documents/place.ts';
import { TABLES } from '../src/platform/table-definitions.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { dynamoDbWitnesses } from '../src/projections/witnesses.ts';
import { draft, emission, emitted, issued, newEmission } from '../test/invoices.ts';
import { sumConsumedCapacity } from './consumed-capacity.ts';
import { onInterruption } from './interruption.ts';
import { printMachine } from './machine.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable } from './table.ts';
import { writeItems } from './write-items.ts';

const SEGMENTS = 4;
const COMMITS_AN_INVOICE = 2;
const DOCUMENTS_AN_INVOICE = 3;
const FIRST_DAY = '2026-10-01';
const NOW = new Date('2026-12-31T12:00:00.000Z');
const MILLION = 1_000_000;

const { values } = parseArgs({
  options: { commits: { type: 'string', default: '10000,100000' }, days: { type: 'string', default: '30' } },
});
const sizes = values.commits.split(',').map(Number);
const days = Array.from({ length: Number(values.days) - 1 }).reduce<string[]>(
  (all) => [...all, dayAfter(all.at(-1) ?? FIRST_DAY)],
  [FIRST_DAY],
);

/** A signature, which no other document has, and the texts of an invoice, which all have alike. Some 6 KB, as notes are. */
function textOf(name: string, n: number): string {
  const signature = Array.from({ length: 12 }, (_, part) =>
    createHash('sha512').update(`${name} ${n} ${part}`).digest('base64'),
  ).join('');
  return `<${name}><n>${n}</n>${emission.service.description.repeat(10)}<Signature>${signature}</Signature></${name}>`;
}

interface Invoice {
  readonly commits: readonly Commit[];
  readonly documents: readonly KeptDocument[];
}

/** The nth invoice of the ledger: emitted and issued on one of the days, with the three documents that its events name. */
function invoiceNumber(n: number): Invoice {
  const at = `${days[n % days.length]}T12:00:00.000Z`;
  const own = newEmission(`pedido-${n}`);
  const { invoiceId } = own;
  const document = (kind: string, extension: 'xml' | 'json'): KeptDocument => {
    const content = textOf(kind, n);
    return { key: documentKey(invoiceId, kind, content, extension, at), content };
  };
  const [dps, nfse, received] = [document('dps', 'xml'), document('nfse', 'xml'), document('received', 'json')];
  const first = commitOf(
    draft({
      invoiceId,
      at,
      commitId: `${n}-1`,
      events: [event('Emitted', { ...emitted.data, requestId: own.requestId, xmlKey: dps.key })],
    }),
  );
  const named = { ...issued.data, nfseXmlKey: nfse.key, evidence: [received.key] };
  const second = commitOf(
    draft({ invoiceId, at, tip: tipAfter(first), commitId: `${n}-2`, events: [event('Issued', named)] }),
  );
  return { commits: [first, second], documents: [dps, nfse, received] };
}

/** The archive, in memory, and how often it was asked. */
function memoryArchive() {
  const objects = new Map<string, Uint8Array>();
  let gets = 0;
  return {
    gets: () => gets,
    async get(_bucket: string, key: string) {
      gets++;
      return objects.get(key);
    },
    async read<T>(_bucket: string, key: string, consume: (body: AsyncIterable<Uint8Array>) => Promise<T>) {
      gets++;
      const object = objects.get(key);
      async function* whole(bytes: Uint8Array) {
        yield bytes;
      }
      return object && consume(whole(object));
    },
    async putNew(_bucket: string, key: string, body: string | Uint8Array) {
      objects.set(key, Buffer.from(body));
      return true;
    },
  };
}

/** Puts the documents of so many invoices into packs, a shard at a time, since all of them are more than memory holds. */
async function archive(objects: ReturnType<typeof memoryArchive>, invoices: number): Promise<void> {
  const packs = documentPacks(objects, 'documents');
  const byPart = new Map<string, { part: DayPart; numbers: number[] }>();
  for (let n = 0; n < invoices; n++) {
    const part = dayPartOf(
      documentKey(newEmission(`pedido-${n}`).invoiceId, 'dps', '', 'xml', `${days[n % days.length]}`),
    );
    if (!part) throw new Error('A document has a day');
    const name = `${part.day} ${part.shard}`;
    const known = byPart.get(name) ?? { part, numbers: [] };
    known.numbers.push(n);
    byPart.set(name, known);
  }
  let packed = 0;
  for (const { part, numbers } of byPart.values()) {
    await packs.put(
      part,
      1,
      numbers.flatMap((n) => invoiceNumber(n).documents),
    );
    if (++packed % 1_000 === 0) progress(`packing documents: ${packed} of ${byPart.size} packs`);
  }
}

async function auditOf(commits: number) {
  const java = await findJava(progress);
  const engine = await startDynamoDb({ java, port: await portNear(undefined) });
  onInterruption(() => engine.stop());
  const client = localDynamoDb(engine.endpoint);
  try {
    const { stream: _, ...unstreamed } = TABLES.events;
    await createTable(client, defaultTableNames.events, unstreamed);
    await createTable(client, defaultTableNames.invoices, TABLES.invoices);
    await createTable(client, defaultTableNames.documents, TABLES.documents);
    const invoices = commits / COMMITS_AN_INVOICE;
    const commitNumber = (n: number) =>
      invoiceNumber(Math.floor(n / COMMITS_AN_INVOICE)).commits[n % COMMITS_AN_INVOICE] as Commit;
    await writeItems(client, defaultTableNames.events, {
      from: 0,
      to: commits,
      itemAt: (n) => commitItem(commitNumber(n)),
    });
    const leaves = new Map<string, { invoiceId: Commit['invoiceId']; version: number; hash: string }[]>();
    await writeItems(client, defaultTableNames.invoices, {
      from: 0,
      to: invoices,
      itemAt: (n) => {
        const { commits: stream } = invoiceNumber(n);
        const [first] = stream as [Commit];
        const day = dayOf(first);
        const ofDay = leaves.get(day) ?? [];
        ofDay.push(...stream.map(({ invoiceId, version, hash }) => ({ invoiceId, version, hash })));
        leaves.set(day, ofDay);
        const { invoice, tip } = read(first.invoiceId, stream);
        return JSON.parse(JSON.stringify(rowOf(invoice as LivingInvoice, tip, 300)));
      },
    });
    const objects = memoryArchive();
    await archive(objects, invoices);

    progress(`auditing ${commits} commits`);
    const consumed = sumConsumedCapacity(client);
    const events = dynamoDbEventStore({ client, tableName: defaultTableNames.events });
    const folder = auditFolder(undefined, { question: 'bench', segments: SEGMENTS, now: NOW });
    const before = { cpu: process.cpuUsage(), at: performance.now(), gets: objects.gets() };
    const found: unknown[] = [];
    const totals = await verifyLedger(
      {
        scan: dynamoDbEventScan({ client, tableName: defaultTableNames.events, events }),
        events,
        witnesses: dynamoDbWitnesses(client, defaultTableNames.invoices),
        seals: sealKnowledge([...leaves].map(([day, ofDay]) => ({ day, leaves: ofDay }))),
        projectedBefore: NOW.toISOString(),
        documents: {
          ...auditedDocuments({
            client,
            tableName: defaultTableNames.documents,
            objects,
            bucket: 'documents',
            now: NOW,
          }),
          isInSample: () => true,
          awaited: folder.awaited,
        },
        onFindings: (invoiceId, findings) => void found.push(invoiceId, findings),
        onProgress: () => {},
      },
      { journal: folder.journal },
    );
    const { user, system } = process.cpuUsage(before.cpu);
    const wallSeconds = (performance.now() - before.at) / 1_000;
    folder.finish();
    if (found.length > 0 || totals.commits !== commits) throw new Error(`Not as written: ${JSON.stringify(found[1])}`);
    return {
      commits,
      documents: invoices * DOCUMENTS_AN_INVOICE,
      wallSeconds,
      processorSeconds: (user + system) / MILLION,
      readUnits: consumed().rcu,
      gets: objects.gets() - before.gets,
      megabytes: process.memoryUsage().rss / 1024 / 1024,
    };
  } finally {
    client.destroy();
    await engine.stop();
  }
}

type Figures = Awaited<ReturnType<typeof auditOf>>;

const usd = (region: keyof typeof prices.regions, { readUnits, gets }: Figures) => {
  const { tables, documents } = prices.regions[region];
  return (readUnits * tables.perMillionReadUnits + gets * documents.perMillionGets) / MILLION;
};

/** Of a million commits on as many days. Each pack takes one GET, and one more to learn that no second pack follows. */
function extrapolated(figures: Figures): Figures {
  const times = MILLION / figures.commits;
  return {
    ...figures,
    commits: MILLION,
    documents: figures.documents * times,
    wallSeconds: figures.wallSeconds * times,
    processorSeconds: figures.processorSeconds * times,
    readUnits: figures.readUnits * times,
    gets: 2 * SHARDS.length * days.length,
    megabytes: Number.NaN,
  };
}

await printMachine();
const measured: Figures[] = [];
for (const size of sizes) {
  const figures = await auditOf(size);
  measured.push(figures);
  progress(
    `${size} commits: ${figures.readUnits} read units, ${figures.processorSeconds.toFixed(1)} s of processor time`,
  );
}
progressEnds();
const last = measured.at(-1);
if (!last) throw new RangeError('--commits takes numbers, one at least');
const row = (figures: Figures, named: string) => [
  named,
  figures.documents,
  figures.wallSeconds,
  figures.processorSeconds,
  figures.readUnits,
  figures.gets,
  usd('us-east-1', figures).toFixed(4),
  usd('sa-east-1', figures).toFixed(4),
  Number.isNaN(figures.megabytes) ? '-' : figures.megabytes,
];
printTable(
  `An audit of a whole ledger of ${days.length} days: chains, rows, seals and archived documents`,
  ['commits', 'documents', 'wall s', 'processor s', 'read units', 'GETs', 'USD us-east-1', 'USD sa-east-1', 'MB'],
  [
    ...measured.map((figures) => row(figures, String(figures.commits))),
    ...(last.commits < MILLION ? [row(extrapolated(last), '1000000, extrapolated')] : []),
  ],
);
