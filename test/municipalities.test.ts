import { describe, expect, it } from 'vitest';
import { laneView } from '../src/commands/lanes/view.ts';
import { dynamoDbLanes } from '../src/platform/dynamodb-lanes.ts';
import { apiAs, example } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { eventually } from './stack/own-worker.ts';

const ops = await apiAs('ops');
const client = await apiAs('client');

const BETIM = '3106705';
const emission = { ...example('emit-invoice'), municipalityCode: BETIM };
const laneOf = async (code: string) =>
  (await ops.get('/municipalities')).body.items.find(
    (lane: { municipalityCode: string }) => lane.municipalityCode === code,
  );

describe('the board of municipalities', () => {
  it('shows a lane that works: its last success, and nothing to worry about', async () => {
    const { body } = await client.post('/invoices', emission);
    await client.until(body.invoiceId, 'ISSUED');
    await eventually(async () => (await laneOf(BETIM))?.lastSuccessAt !== undefined);
    expect(await laneOf(BETIM)).toMatchObject({ name: 'Betim', state: 'flowing', lastSuccessAt: expect.any(String) });
  });

  it('holds a lane within seconds: its invoices wait, unsent, and say why; released, they are issued', async () => {
    const reason = 'A prefeitura avisou manutenção';
    const held = await ops.post(`/municipalities/${BETIM}/hold`, { reason });
    expect(held.body).toMatchObject({ state: 'held', hold: { reason, by: expect.any(String) } });
    await new Promise((resolve) => setTimeout(resolve, 4100)); // as long as a worker may rely on what it read
    const { body } = await client.post('/invoices', emission);
    const waiting = await client.until(body.invoiceId, (invoice) => invoice.attempt > 0);
    expect(waiting).toMatchObject({ status: 'EMITTED', deferralReason: 'provider-unavailable' });
    const history = (await client.get(`/invoices/${body.invoiceId}/events`)).body;
    expect(history.events.at(-1).data.detail).toContain(reason);

    const released = await ops.post(`/municipalities/${BETIM}/release`, undefined);
    expect(released.body).toMatchObject({ state: 'flowing' });
    expect(released.body).not.toHaveProperty('hold');
    await client.until(body.invoiceId, 'ISSUED', 20_000);
  });

  it.each([
    ['a code that is no municipality', '0000000', { reason: 'Manutenção' }, 404],
    ['no reason', BETIM, {}, 422],
    ['a reason that says nothing', BETIM, { reason: 'a' }, 422],
  ])('refuses a hold with %s', async (_title, code, body, status) =>
    expect((await ops.post(`/municipalities/${code}/hold`, body)).status).toBe(status),
  );

  it('takes a release of what nobody holds for what it is: nothing to do', async () =>
    expect((await ops.post('/municipalities/3300100/release', undefined)).status).toBe(200));
});

describe('the record of a lane', () => {
  it('keeps what each of many workers wrote at once, and the hold beside it', async () => {
    const database = dynamoDb();
    const { lanes: tableName } = await ownTables(database);
    const lanes = dynamoDbLanes(database, tableName);
    const now = new Date();
    const report = { at: now.toISOString(), breaker: 'closed', running: 1, waiting: 2, turnedAway: 0 } as const;
    const workers = Array.from({ length: 20 }, (_, n) => `worker-${n}`);
    await Promise.all([
      ...workers.map((worker) => lanes.report(BETIM, worker, report, [])),
      lanes.hold(BETIM, { by: 'ops', reason: 'Manutenção', at: now.toISOString() }),
    ]);
    const [record] = await lanes.of([BETIM, '3106200']);
    if (!record) throw new Error('It was written');
    expect(laneView(record, now.getTime())).toMatchObject({ state: 'held', running: 20, waiting: 40 });

    await lanes.report(BETIM, 'worker-0', report, ['worker-1', 'worker-2']);
    expect(Object.keys((await lanes.all())[0]?.workers ?? {})).toHaveLength(18);
    expect(await lanes.release('3106200')).toBeUndefined();
  });
});
