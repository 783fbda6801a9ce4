import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Credentials } from '../../local/credentials.ts';
import type { SealProblem } from '../../src/audit/check-seals.ts';
import { type Day, dayAfter, dayBefore, type Seal, sealOf } from '../../src/audit/seal.ts';
import { lastDayOver, sealDueDays } from '../../src/audit/sealing.ts';
import type { Finding } from '../../src/audit/verify-stream.ts';
import type { Item } from '../../src/aws/document-client.ts';
import { type Commit, commitOf, START, tipAfter } from '../../src/events/commit.ts';
import { documentKey } from '../../src/events/document-key.ts';
import { commitItem } from '../../src/events/dynamodb-commit.ts';
import { dynamoDbCommitsByTime } from '../../src/events/dynamodb-commits-by-time.ts';
import { read } from '../../src/events/event-store.ts';
import { event } from '../../src/events/event-types.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import type { LivingInvoice } from '../../src/events/invoice.ts';
import { documentStore } from '../../src/platform/documents/document-store.ts';
import { s3DocumentArchive } from '../../src/platform/documents/s3-archive.ts';
import { rowOf } from '../../src/projections/invoice-row.ts';
import { draft, emitted, issued, newEmission } from '../invoices.ts';
import { nfse } from '../stack/nfse.ts';
import { ownLedger } from '../stack/own-ledger.ts';
import { ownSeals } from '../stack/own-seals.ts';
import { type Located, STORY, touchesOf } from '../touches.ts';
import {
  DOCUMENT_TAMPERINGS,
  type DocumentTouch,
  documentTitle,
  type Expectation,
  expectationOf,
  expectationOfSeal,
  firstTouched,
  type Moment,
  SEAL_TAMPERINGS,
  type SealTampering,
  type Verdict,
  verdictOf,
} from './tamperings.ts';

const MARGIN_MINUTES = 60;
/** The setting that the local stack has: a row repeats it in `dueAt`. */
const RECONCILE_AFTER_SECONDS = 300;
const DOCUMENT_TOUCHES = Object.keys(DOCUMENT_TAMPERINGS) as DocumentTouch[];

/** A tampering that was done, and what the audit said of it. */
export interface Tampered {
  readonly title: string;
  readonly moment: Moment;
  readonly verdict: Verdict;
  /** Kinds of what was found, each once. */
  readonly findings: readonly string[];
  /** What the audit should have said and did not say. */
  readonly surprise: string | undefined;
}

interface Audited {
  readonly good: boolean;
  readonly found: readonly { readonly invoiceId: InvoiceId; readonly findings: readonly Finding[] }[];
  readonly sealProblems: readonly SealProblem[];
}

/** The last day that is over and the one before it: the earlier one is sealed before anything is tampered with. */
function daysToSeal(): Readonly<Record<Moment, Day>> {
  const before = lastDayOver(new Date(), MARGIN_MINUTES);
  return { before, after: dayBefore(before) };
}

const noon = (day: Day) => `${day}T12:00:00.000Z`;

/** A ledger of its own on the engines of a stack, with what seals it, projects it and audits it. */
async function ledgerToTamperWith(stack: Credentials) {
  const ledger = await ownLedger(stack);
  const seals = await ownSeals(ledger, stack);
  const { client, tables, environment } = ledger;
  const commits = dynamoDbCommitsByTime(client, tables.events);
  const documents = documentStore(client, tables.documents, s3DocumentArchive(seals.objects, stack.bucket));
  const audited = { ...environment, DOCUMENTS_TABLE: tables.documents, SEALS_BUCKET: seals.bucket };
  return {
    ...ledger,
    ...seals,
    documents,
    async project(invoiceId: InvoiceId, told: readonly Commit[]): Promise<void> {
      const { invoice, tip } = read(invoiceId, told);
      const row = rowOf(invoice as LivingInvoice, tip, RECONCILE_AFTER_SECONDS);
      await client.send(new PutCommand({ TableName: tables.invoices, Item: row }));
    },
    seal: (day: Day) =>
      sealDueDays(
        { seals: seals.store, commits, marginMinutes: MARGIN_MINUTES },
        new Date(`${dayAfter(day)}T01:10:00.000Z`),
      ),
    async audit(): Promise<Audited> {
      const { out, err } = await nfse(['audit', 'verify', '--all', '--json'], audited);
      if (!out.startsWith('{')) throw new Error(`The audit did not come to its end: ${out}${err}`);
      return JSON.parse(out) as Audited;
    },
  };
}

type Ledger = Awaited<ReturnType<typeof ledgerToTamperWith>>;

/** An invoice that is tampered with, and how. */
interface Victim {
  readonly title: string;
  readonly moment: Moment;
  readonly invoiceId: InvoiceId;
  readonly expected: Expectation;
  readonly firstTouched: number;
  tamper(): Promise<unknown>;
}

/** Tampers with histories, rows and documents: each with an invoice of its own, before and after its day is sealed. */
export async function tamperWithInvoices(
  stack: Credentials,
  isWanted: (title: string) => boolean = () => true,
): Promise<readonly Tampered[]> {
  const ledger = await ledgerToTamperWith(stack);
  try {
    const days = daysToSeal();
    const victims = await Promise.all([
      ...victimsOf(ledger, 'before', days.before, isWanted),
      ...victimsOf(ledger, 'after', days.after, isWanted),
    ]);
    const untouched = await ledger.tell(STORY, { at: noon(days.after) });
    await ledger.project(untouched.invoiceId, untouched.commits);

    await ledger.seal(days.after);
    for (const { moment, tamper } of victims) if (moment === 'before') await tamper();
    await ledger.seal(days.before);
    for (const { moment, tamper } of victims) if (moment === 'after') await tamper();

    const audited = await ledger.audit();
    const found = new Map(audited.found.map(({ invoiceId, findings }) => [invoiceId, findings]));
    const blamed = [...found.keys()].filter((id) => !victims.some(({ invoiceId }) => invoiceId === id));
    if (blamed.length > 0 || audited.sealProblems.length > 0) {
      throw new Error(`The audit blames what nobody touched: ${blamed} ${JSON.stringify(audited.sealProblems)}`);
    }
    return victims.map((victim) => tamperedInvoice(victim, found.get(victim.invoiceId) ?? []));
  } finally {
    ledger.client.destroy();
  }
}

function victimsOf(ledger: Ledger, moment: Moment, day: Day, isWanted: (title: string) => boolean): Promise<Victim>[] {
  const histories = touchesOf(ledger, day)
    .filter(({ title }) => isWanted(title))
    .map(async ({ touch, ...described }): Promise<Victim> => {
      const { invoiceId, commits } = await ledger.tell(STORY, { at: noon(day) });
      await ledger.project(invoiceId, commits);
      return {
        title: described.title,
        moment,
        invoiceId,
        expected: expectationOf(described, moment),
        firstTouched: firstTouched(described.found),
        tamper: () => touch(invoiceId, commits as never),
      };
    });
  const documents = DOCUMENT_TOUCHES.filter((kind) => isWanted(documentTitle(kind)));
  return [...histories, ...documents.map((kind) => documentVictim(ledger, kind, moment, day))];
}

function tamperedInvoice(
  { title, moment, expected, firstTouched: touched }: Victim,
  found: readonly Finding[],
): Tampered {
  const verdict = verdictOf(found, touched);
  const isThere = (one: Located) => found.some(({ kind, version }) => kind === one.kind && version === one.version);
  const missing = expected.findings.filter((one) => !isThere(one)).map(({ kind, version }) => `${kind} at ${version}`);
  if (verdict !== expected.verdict) missing.unshift(`expected "${expected.verdict}"`);
  return {
    title,
    moment,
    verdict,
    findings: [...new Set(found.map(({ kind }) => kind))],
    surprise: missing.length > 0 ? missing.join(', ') : undefined,
  };
}

/** An invoice whose first event names a document, which is stored. */
async function documentVictim(ledger: Ledger, kind: DocumentTouch, moment: Moment, day: Day): Promise<Victim> {
  const { client, documents, tables } = ledger;
  const { requestId, invoiceId } = newEmission();
  const store = async (content: string) => {
    const key = documentKey(invoiceId, 'dps', content, 'xml', noon(day));
    await documents.put(key, content);
    return key;
  };
  const xmlKey = await store(`<DPS>${requestId}</DPS>`);
  const other = await store(`<DPS>${randomUUID()}</DPS>`);
  const told = await ledger.tell([event('Emitted', { ...emitted.data, xmlKey })], { requestId, at: noon(day) });
  await ledger.project(invoiceId, told.commits);
  const items = new Map<string, Item>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tables.documents })) {
    for (const item of Items) items.set(item.document, item);
  }
  const { dayPart, document, ...content } = items.get(xmlKey) ?? {};
  const Key = { dayPart, document };
  const put = (changed: Item) =>
    client.send(new PutCommand({ TableName: tables.documents, Item: { ...content, ...changed, ...Key } }));
  const touches: Readonly<Record<DocumentTouch, () => Promise<unknown>>> = {
    deleted: () => client.send(new DeleteCommand({ TableName: tables.documents, Key })),
    'replaced by another one': () => put(items.get(other) ?? {}),
    'cut short': () => put(cutShort(content)),
  };
  const expected = DOCUMENT_TAMPERINGS[kind];
  return {
    title: documentTitle(kind),
    moment,
    invoiceId,
    expected: { verdict: 'located', findings: [expected] },
    firstTouched: expected.version,
    tamper: touches[kind],
  };
}

function cutShort(content: Item): Item {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, value instanceof Uint8Array ? value.slice(0, -1) : value]),
  );
}

/** Tampers with the seals of a ledger of two days, each way with a ledger of its own. */
export async function tamperWithSeals(
  stack: Credentials,
  wanted: readonly SealTampering[] = Object.keys(SEAL_TAMPERINGS) as SealTampering[],
): Promise<readonly Tampered[]> {
  const tampered: Tampered[] = [];
  for (const tampering of wanted) tampered.push(await tamperWithSeal(stack, tampering));
  return tampered;
}

async function tamperWithSeal(stack: Credentials, tampering: SealTampering): Promise<Tampered> {
  const ledger = await ledgerToTamperWith(stack);
  try {
    const { before: last, after: first } = daysToSeal();
    const told = await ledger.tell([emitted, issued], { at: noon(first) });
    await ledger.project(told.invoiceId, told.commits);
    await ledger.seal(last);
    await sealTouches(ledger, first, last, told)[tampering]();
    const { found, sealProblems } = await ledger.audit();
    const ofCommits = found.flatMap(({ findings }) => findings).map(({ kind }) => kind);
    const kinds = [...new Set([...sealProblems.map(({ reason }) => reason), ...ofCommits])];
    const isLocated = ofCommits.length > 0 || sealProblems.some(({ day }) => day === first);
    const verdict: Verdict = kinds.length === 0 ? 'not findable' : isLocated ? 'located' : 'found';
    const expected = expectationOfSeal(tampering);
    const isThere = expected.finding === undefined || kinds.some((kind) => kind === expected.finding);
    return {
      title: `a seal ${tampering}`,
      moment: 'after',
      verdict,
      findings: kinds,
      surprise: isThere && verdict === expected.verdict ? undefined : `expected ${JSON.stringify(expected)}`,
    };
  } finally {
    ledger.client.destroy();
    ledger.bucketClient.destroy();
  }
}

/** The local bucket keeps no versions: what is deleted or written over there is gone. */
function sealTouches(
  { client, tables, bucket, bucketClient, store, project, seal }: Ledger,
  day: Day,
  last: Day,
  { invoiceId, requestId }: { readonly invoiceId: InvoiceId; readonly requestId: string },
): Readonly<Record<SealTampering, () => Promise<unknown>>> {
  const sealKey = `${day}/seal.json`;
  const sealOfDay = async (): Promise<Seal> => {
    const found = await store.archived(day);
    if (!found) throw new Error(`${day} is not sealed`);
    return found;
  };
  const list = (item: Item) => client.send(new PutCommand({ TableName: tables.seals, Item: item }));
  const unlist = (of = day) => client.send(new DeleteCommand({ TableName: tables.seals, Key: { day: of } }));
  const putObject = (Key: string, Body: string) =>
    bucketClient.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  const deleteObject = (Key: string) => bucketClient.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  const leavesKey = async () => `${day}/leaves-${(await sealOfDay()).root}.txt`;
  const edited = async (edit: Partial<Seal>) => ({ ...(await sealOfDay()), ...edit });
  const deleteAll = async () => {
    const { Contents = [] } = await bucketClient.send(new ListObjectsV2Command({ Bucket: bucket }));
    for (const { Key = '' } of Contents) await deleteObject(Key);
    await unlist();
    await unlist(last);
  };
  const otherHash = 'x'.repeat(43);
  return {
    'taken out of SealsTable': () => unlist(),
    'given another root in SealsTable': async () => list(await edited({ root: otherHash })),
    'given another hash in SealsTable': async () => list(await edited({ hash: otherHash })),
    'replaced in SealsTable by what is no seal': () => list({ day, commits: 'some' }),
    'deleted from the bucket': () => deleteObject(sealKey),
    'deleted from the bucket and from SealsTable': () => Promise.all([deleteObject(sealKey), unlist()]),
    'left without its leaves': async () => deleteObject(await leavesKey()),
    'given other leaves': async () => putObject(await leavesKey(), ''),
    'given another root in the bucket': async () =>
      putObject(sealKey, JSON.stringify(await edited({ root: otherHash }))),
    'given another root in the bucket and in SealsTable': async () => {
      const changed = await edited({ root: otherHash });
      await Promise.all([putObject(sealKey, JSON.stringify(changed)), list(changed)]);
    },
    'replaced, hash and all, in the bucket and in SealsTable, by one of no commits': async () => {
      const empty = sealOf(day, [], undefined);
      await putObject(`${day}/leaves-${empty.root}.txt`, '');
      await Promise.all([putObject(sealKey, JSON.stringify(empty)), list(empty)]);
    },
    'deleted along with all others': deleteAll,
    'made again after the history and its row were replaced': async () => {
      const commits: Commit[] = [];
      for (const one of [newEmission(requestId).emitted, issued]) {
        const before = commits.at(-1);
        const tip = before ? tipAfter(before) : START;
        commits.push(commitOf(draft({ invoiceId, tip, events: [one], commitId: 'forged', at: noon(day) })));
      }
      for (const commit of commits) {
        await client.send(new PutCommand({ TableName: tables.events, Item: commitItem(commit) }));
      }
      await project(invoiceId, commits);
      await deleteAll();
      await seal(last);
    },
  };
}
