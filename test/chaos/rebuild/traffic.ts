import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { START, type Tip, tipAfter } from '../../../src/events/commit.ts';
import type { EventStore } from '../../../src/events/event-store.ts';
import { event } from '../../../src/events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../../src/events/ids.ts';
import type { LiveInvoices } from '../../../src/projections/live-invoices.ts';
import { oneOf } from '../../faults/seeded-random.ts';
import { companyCnpj, draft, emitted, issued } from '../../invoices.ts';
import { isComplete } from './events-table.ts';

const PAUSE_MS = 30;
const LIST_EVERY = 10;
const PAGE = 10;
/** So many broken answers are told. */
const MOST_TOLD = 5;

export interface Writer {
  readonly appended: { commits: number; invoices: number };
  stop(): Promise<void>;
}

/** Goes on emitting invoices, and issues each of them a few invoices later. */
export function startWriter(events: EventStore): Writer {
  let stopped = false;
  const appended = { commits: 0, invoices: 0 };
  const open: { invoiceId: InvoiceId; tip: Tip }[] = [];
  const append = async (invoiceId: InvoiceId, tip: Tip, happened: typeof emitted | typeof issued) => {
    const at = new Date().toISOString();
    const commit = await events.append(draft({ invoiceId, tip, events: [happened], commitId: randomUUID(), at }));
    appended.commits++;
    return tipAfter(commit);
  };
  const writing = (async () => {
    while (!stopped) {
      const requestId = randomUUID();
      const invoiceId = invoiceIdFor(companyCnpj, requestId);
      open.push({ invoiceId, tip: await append(invoiceId, START, event('Emitted', { ...emitted.data, requestId })) });
      appended.invoices++;
      const answered = open.length > LIST_EVERY ? open.shift() : undefined;
      if (answered) await append(answered.invoiceId, answered.tip, issued);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    appended,
    async stop() {
      stopped = true;
      await writing;
    },
  };
}

export interface Reader {
  readonly seen: { reads: number; rows: number; readonly broken: string[] };
  stop(): Promise<void>;
}

/**
 * Reads the live table all the time, by id and as a list. Each row it is given must be what the invoice's history leads to, none may be
 * missing that was there, and none may become older.
 */
export function startReader(
  invoices: Pick<LiveInvoices, 'get' | 'list'>,
  events: Pick<EventStore, 'load'>,
  ids: readonly InvoiceId[],
  random: () => number,
): Reader {
  let stopped = false;
  const known = [...ids];
  const given = new Set(ids);
  const versions = new Map<InvoiceId, number>();
  const seen = { reads: 0, rows: 0, broken: [] as string[] };
  const broken = (what: string) => void (seen.broken.length < MOST_TOLD && seen.broken.push(what));
  const look = async () => {
    seen.reads++;
    if (seen.reads % LIST_EVERY === 0) return (await invoices.list({ companyCnpj }, PAGE)).rows;
    const id = oneOf(random, known);
    const row = await invoices.get(id);
    if (!row) broken(`${id} has no row`);
    return row ? [row] : [];
  };
  const reading = (async () => {
    while (!stopped) {
      for (const row of await look()) {
        seen.rows++;
        const before = versions.get(row.invoiceId);
        if (before === undefined && !given.has(row.invoiceId)) known.push(row.invoiceId);
        if (before !== undefined && row.version < before)
          broken(`${row.invoiceId} went back to version ${row.version}`);
        versions.set(row.invoiceId, row.version);
        if (!(await isComplete(events, row)))
          broken(`${row.invoiceId} at version ${row.version} is no fold of its events`);
      }
      await sleep(PAUSE_MS);
    }
  })();
  return {
    seen,
    async stop() {
      stopped = true;
      await reading;
    },
  };
}
