// The worker's own poller, lanes, breakers and handling on a real queue, before a provider that only waits and stores that keep nothing:
// what is measured is the worker, not the machine's databases. Started by a scenario, which it tells what it does.
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { commitOf } from '../../../src/events/commit.ts';
import type { WorkerDeps } from '../../../src/worker/conversation.ts';
import { handleWork } from '../../../src/worker/handle-work.ts';
import { authorityBreakers } from '../../../src/worker/lanes/authority-breakers.ts';
import { guarded } from '../../../src/worker/lanes/guarded-provider.ts';
import { startPoller } from '../../../src/worker/poller.ts';
import type { Provider } from '../../../src/worker/providers/provider.ts';
import { sqsRequestsQueue } from '../../../src/worker/queue/requests-queue.ts';
import { recentlySeen } from '../../../src/worker/recently-seen.ts';
import { turnAway } from '../../../src/worker/turn-away.ts';
import type { LaneWorkerSettings, Told } from './messages.ts';

const settings = JSON.parse(process.env.LANE_WORKER ?? '') as LaneWorkerSettings;
const { places, visibilitySeconds, orderMs, concurrency, perSecond } = settings;
const traffic = { concurrency, perSecond };

let outbox: Told[] = [];
const tell = (told: Told) => void outbox.push(told);
function post(): void {
  if (outbox.length > 0) process.send?.(outbox);
  outbox = [];
}
setInterval(post, 100);
setInterval(() => tell({ kind: 'memory', megabytes: process.memoryUsage().rss / 1024 / 1024 }), 1000);

const nothing = async (): Promise<never> => {
  throw new Error('Nobody asks for this of a fresh emission');
};
const provider: Provider = {
  async issue({ invoiceId, municipalityCode, dps }) {
    tell({ kind: 'called', invoiceId });
    await sleep(settings.slow[municipalityCode] ?? settings.latencyMs);
    const nfseNumber = String(dps.number);
    return {
      kind: 'issued',
      note: { providerProtocol: nfseNumber, nfseNumber, issuedAt: '2026-11-10T09:31:02-03:00', xml: '<NFSe/>' },
    };
  },
  // A message that was put back comes a second time, so the authority is asked first; it has nothing.
  find: async () => ({ kind: 'absent' }),
  cancel: nothing,
};
const breakers = authorityBreakers({
  failures: 5,
  probeAfterMs: 10_000,
  now: Date.now,
  random: Math.random,
  onChange: () => {},
});
let commits = 0;
const deps: WorkerDeps = {
  events: {
    append: async (draft) => commitOf(draft),
    load: async () => [],
    tip: async () => ({ version: 2, hash: 'h' }),
  },
  documents: { put: async () => {}, get: async () => '<DPS/>' },
  authorityFor: async ({ companyCnpj, municipalityCode }) => ({
    transport: nothing,
    provider: () => guarded(provider, { breaker: breakers.of(municipalityCode), companyCnpj, note: () => {} }),
  }),
  newCommitId: () => `commit-${++commits}`,
  now: () => new Date(),
  random: Math.random,
  retryBaseSeconds: 30,
  giveUpAfterSeconds: 604_800,
  trustSeconds: 3600,
  sendWithinSeconds: 180,
  inFlightSeconds: 4000,
  gateOf: (municipalityCode) => breakers.of(municipalityCode).gate(),
  firstSight: recentlySeen(10_000),
};

const client = new SQSClient({
  endpoint: settings.endpoint,
  region: 'sa-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const poller = startPoller({
  queue: sqsRequestsQueue(client, settings.queueUrl, visibilitySeconds),
  visibilitySeconds,
  places,
  orderMs,
  patienceMs: 20_000,
  deadlineMs: 240_000,
  routeOf: (code) => ({ authority: code, whole: traffic, lane: traffic }),
  gateOf: (_code, authority) => breakers.of(authority).gate(),
  now: Date.now,
  prepare: async () => {},
  takeUp: () => false,
  async handle({ work, delivery }) {
    // The stores keep nothing, so a message that comes again is as fresh as the first time.
    await handleWork(deps, work, { ...delivery, receiveCount: 1 });
    tell({
      kind: 'handled',
      municipalityCode: work.municipalityCode,
      tookMs: Date.now() - Date.parse(work.emitted?.at ?? ''),
    });
  },
  async turnAway({ work, delivery }, gate) {
    await turnAway(deps, work, { ...delivery, receiveCount: 1 }, gate);
    tell({ kind: 'turned-away', municipalityCode: work.municipalityCode });
  },
  failed: async (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return 'leave';
  },
  onPutBack: ({ work }) => tell({ kind: 'put-back', municipalityCode: work.municipalityCode }),
  onTrouble: (error) => void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
});
tell({ kind: 'started' });

process.once('SIGTERM', async () => {
  const { unfinished, putBack } = await poller.stop(100_000);
  tell({ kind: 'stopped', unfinished, putBack });
  process.send?.(outbox, () => process.exit(0));
});
