import * as z from 'zod/mini';
import type { Commit } from '../events/commit.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { EventStore } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { parseCnpj } from '../nfse/cnpj.ts';
import { readConfig } from '../platform/config.ts';
import { type FeedEntry, feedAfter } from '../projections/reporting/feed.ts';
import { live } from '../projections/reporting/schema.ts';
import { type Caller, mayAccess } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { eventToJson } from './event-json.ts';
import { lambda } from './lambda.ts';
import { badRequest, forbidden } from './problem.ts';
import { CALLER_PATIENCE, reportingDatabase } from './reporting-deps.ts';
import { field, fieldError, parse, wholeNumber } from './request-fields.ts';

const config = readConfig();
const events = dynamoDbEventStore({ client: dynamoDb(), tableName: config.tables.events });
const database = reportingDatabase(config, CALLER_PATIENCE);

/** Lambda answers with 6 MB at most, and one event may have 300 KB: a page ends early rather than fail. */
const MOST_BYTES = 4_000_000;

export const Query = z.strictObject({
  companyCnpj: z.optional(z.string().check(z.refine((value) => parseCnpj(value) !== undefined, field('cnpj')))),
  after: z.optional(z.string()),
  limit: z._default(wholeNumber(1, 200), 100),
});

/**
 * What happened, for clients that keep a copy: each invoice's events in their order, from a cursor on. Where they are comes from the
 * reporting tables; what they say from the event store, so that personal data is in one place.
 */
export const handler = lambda('feed', async ({ event, caller, note }) => {
  const query = parse(Query, event.queryStringParameters ?? {}, '/query');
  const companies = companiesOf(caller, query.companyCnpj);
  const after = query.after === undefined ? 0 : positionIn(query.after);
  const entries = await feedAfter(database, live, companies, after, query.limit);
  const contents = await contentsOf(events, entries);
  const shown = withinBytes(entries.map((entry) => ({ entry, json: entryToJson(entry, contents) })));
  note({ events: shown.length });
  const more = shown.length < entries.length || entries.length === query.limit;
  return {
    status: 200,
    body: {
      events: shown.map(({ json }) => json),
      nextCursor: cursorAt(shown.at(-1)?.entry.position ?? after),
      more,
    },
  };
});

function companiesOf({ companies, ...caller }: Caller, asked: string | undefined): readonly string[] | '*' {
  if (asked === undefined) return companies;
  if (mayAccess({ companies, ...caller }, asked)) return [asked];
  throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');
}

/** The commits of these entries, by {@link commitKey}. Each stream is read once, from the first commit that is wanted. */
async function contentsOf(store: EventStore, entries: readonly FeedEntry[]): Promise<ReadonlyMap<string, Commit>> {
  const from = new Map<InvoiceId, number>();
  for (const { invoiceId, commitVersion } of entries) {
    from.set(invoiceId, Math.min(commitVersion, from.get(invoiceId) ?? commitVersion));
  }
  const streams = await Promise.all([...from].map(([invoiceId, version]) => store.load(invoiceId, version)));
  return new Map(streams.flat().map((commit) => [commitKey(commit.invoiceId, commit.hash), commit]));
}

const commitKey = (invoiceId: InvoiceId, hash: string): string => `${invoiceId} ${hash}`;

/** An event whose commit is no more what it was when it was projected has no data: its history tells where it was touched. */
function entryToJson(entry: FeedEntry, contents: ReadonlyMap<string, Commit>): object {
  const { invoiceId, version, companyCnpj, type, at, commitVersion, commitHash } = entry;
  const commit = contents.get(commitKey(invoiceId, commitHash));
  const stored = commit?.events[version - commitVersion];
  return {
    cursor: cursorAt(entry.position),
    invoiceId,
    companyCnpj,
    version,
    ...(stored ? eventToJson(stored) : { type, at, data: null }),
    commit: { commitId: commit?.commitId ?? null, hash: commitHash, prevHash: commit?.prevHash ?? null },
  };
}

/** The first of them, as long as they are small enough together; one at least. */
function withinBytes<Item extends { readonly json: object }>(items: readonly Item[]): readonly Item[] {
  let bytes = 0;
  const end = items.findIndex(({ json }, place) => {
    bytes += Buffer.byteLength(JSON.stringify(json), 'utf8');
    return bytes > MOST_BYTES && place > 0;
  });
  return end === -1 ? items : items.slice(0, end);
}

/** Opaque to clients. It names a place and no company: what is given from there on is always the caller's own. */
const cursorAt = (position: number): string => Buffer.from(`feed:${position}`).toString('base64url');

function positionIn(cursor: string): number {
  const position = Number(
    /^feed:(\d{1,15})$/.exec(Buffer.from(cursor.slice(0, 100), 'base64url').toString('utf8'))?.[1],
  );
  if (Number.isSafeInteger(position) && cursor === cursorAt(position)) return position;
  throw badRequest('invalid-cursor', 'O cursor não é válido; veja errors.', [
    fieldError('/query/after', 'feed-cursor'),
  ]);
}
