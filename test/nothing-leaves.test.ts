import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { builtInFile, builtInProfiles } from '../src/nfse/municipality-profiles/built-in.ts';
import { ProfilesSchema } from '../src/nfse/municipality-profiles/schema.ts';
import { apiAs, example } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { emittedOnly, eventually, ownQueue, workersOfEachTest } from './stack/own-worker.ts';
import { withRefusingResolver } from './stack/refusing.ts';

const PALMAS = '1721000';
const client = await apiAs('client');
const own = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-refused-'));
afterAll(() => rmSync(own, { recursive: true }));

const refusedIn = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);

/** An emission that the municipality's authority takes, whichever it is. */
function emissionFor(municipalityCode: string) {
  const body = example(builtInProfiles(municipalityCode).provider === 'abrasf' ? 'emit-abrasf' : 'emit-invoice');
  return { ...body, municipalityCode };
}

describe('a local stack whose processes reach nothing but this machine', () => {
  it('issues the invoice of every municipality that has a profile, and has asked for no other host', async () => {
    const { municipalities } = ProfilesSchema.parse(builtInFile);
    const issued = municipalities.map(async ({ code, name }) => {
      const { status, body } = await client.post('/invoices', emissionFor(code));
      expect(status, `${name}: ${JSON.stringify(body)}`).toBe(202);
      return client.until(body.invoiceId, 'ISSUED', 60_000);
    });
    expect(await Promise.all(issued)).toHaveLength(municipalities.length);
    expect(refusedIn(inject('refusedHosts'))).toEqual([]);
  });

  it('would have been caught: a host that is asked for by name or by address is refused, and written down', async () => {
    const file = path.join(own, 'caught');
    const program = `for (const host of ['homologacao.webiss.com.br', '192.0.2.1', 'localhost', '127.0.0.1']) {
      await fetch('http://' + host + ':9999/').catch(() => {});
    }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, ...withRefusingResolver(file) },
      stdio: 'ignore',
    });
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(refusedIn(file)).toEqual([
      expect.stringMatching(/^homologacao\.webiss\.com\.br by /),
      expect.stringMatching(/^192\.0\.2\.1 by /),
    ]);
  });
});

describe('a worker that may call loopback addresses alone', () => {
  const startWorker = workersOfEachTest();

  it("defers the invoice of a municipality whose profile has a real host, says why, and does not ask for the host's address", async () => {
    const file = path.join(own, 'guarded');
    const asDelivered = path.join(own, 'profiles.json');
    writeFileSync(asDelivered, '{"municipalities": []}');
    const queue = await ownQueue();
    // In a store that the stack does not know, or its own worker would have the invoice issued at the stand-in.
    const database = dynamoDb();
    const { events: tableName } = await ownTables(database);
    const events = dynamoDbEventStore({ client: database, tableName });
    const { invoice, work } = await emittedOnly(undefined, events, undefined, { municipalityCode: PALMAS });
    startWorker(queue, {
      EVENTS_TABLE: tableName,
      MUNICIPALITY_PROFILES_FILE: asDelivered,
      ...withRefusingResolver(file),
    });
    await queue.send(work);
    const last = async () => (await events.load(invoice.id)).at(-1)?.events.at(-1);
    await eventually(async () => (await last())?.type === 'SubmissionDeferred', 60_000);
    expect((await last())?.data).toMatchObject({
      reason: 'provider-unavailable',
      detail: expect.stringContaining('homologacao.webiss.com.br was not called'),
    });
    expect(refusedIn(file)).toEqual([]);
  });
});
