import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NationalApi, startNationalApi } from '../local/authorities/national-api.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { HOSTILITIES, type HostileAuthority, hostileAuthority } from './faults/hostile-authority.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { emittedOnly, eventually, ownQueue, startWorker } from './stack/own-worker.ts';

const MOST_MB = 256;
/** Of each hostility, so that several of them are at work at once. */
const EACH = 3;
const ORDINARY = 10;

const client = dynamoDb();
const { events: tableName } = await ownTables(client);
const events = dynamoDbEventStore({ client, tableName });
let honest: NationalApi;
let hostile: HostileAuthority;
let worker: ChildProcess;
const victims = new Map<string, LivingInvoice[]>();
const others: LivingInvoice[] = [];

beforeAll(async () => {
  honest = await startNationalApi({});
  hostile = await hostileAuthority(honest.url);
  const queue = await ownQueue(60);
  worker = startWorker(queue, {
    EVENTS_TABLE: tableName,
    NATIONAL_API_URL: hostile.url,
    PROVIDER_TIMEOUT_MS: '3000',
    WORKER_DEADLINE_SECONDS: '60',
    // Each of them is to meet the authority, all at once: neither a breaker nor the order of a company is to spare the worker.
    WORKER_BREAKER_FAILURES: '1000',
    WORKER_ORDER_MS: '1',
    NATIONAL_CONCURRENCY: '32',
    WORKER_PATIENCE_SECONDS: '60',
    // Deferred once, and not again while the test looks.
    RETRY_BASE_SECONDS: '3600',
  });
  const sent = async (reference: string) => {
    const { invoice, work } = await emittedOnly(reference, events);
    await queue.send(work);
    return invoice;
  };
  for (const hostility of HOSTILITIES) {
    victims.set(hostility, await Promise.all(Array.from({ length: EACH }, () => sent(hostility))));
  }
  for (let i = 0; i < ORDINARY; i++) others.push(await sent('PEDIDO118'));
});

afterAll(async () => {
  worker?.kill('SIGKILL');
  await Promise.all([hostile?.stop(), honest?.stop()]);
});

const eventsOf = async ({ id }: LivingInvoice) => (await events.load(id)).flatMap((commit) => commit.events).slice(1);

describe('a hostile authority', () => {
  it.each(HOSTILITIES)('%s costs its own invoice a deferral that says why', async (hostility) => {
    for (const invoice of victims.get(hostility) ?? []) {
      await eventually(async () => (await eventsOf(invoice)).length > 0, 60_000);
      const [first] = await eventsOf(invoice);
      expect(first).toMatchObject({ type: 'SubmissionDeferred', data: { detail: expect.stringMatching(/\w{3}/) } });
    }
  });

  it('stops nobody else: the others are issued', async () => {
    for (const invoice of others) {
      await eventually(async () => (await eventsOf(invoice)).some(({ type }) => type === 'Issued'), 60_000);
    }
  });

  it('sends nobody to another host', () => expect(hostile.followed()).toBe(0));

  it(`never makes the worker larger than ${MOST_MB} MB`, (test) => {
    expect(worker.exitCode).toBeNull();
    const megabytes = peakMegabytes(worker.pid);
    if (megabytes === undefined) test.skip('this system does not tell the peak of a process');
    expect(megabytes).toBeLessThan(MOST_MB);
  });
});

/** The most memory that a process ever had, as Linux tells it. */
function peakMegabytes(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
