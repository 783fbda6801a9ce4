import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Death } from '../commands/dead-letters/dead-letter.ts';
import { readWanted } from '../commands/municipal-parameters/wanted.ts';
import { latestCompetence } from '../commands/store-dps.ts';
import type { Work } from '../commands/work.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { parameterKey } from '../nfse/municipal-parameters/questions.ts';
import { routeOfLane } from '../nfse/municipality-profiles/traffic.ts';
import { laneOf } from '../nfse/routing/lane.ts';
import { noteCertificateAge } from '../platform/certificate-metric.ts';
import { newId, now } from '../platform/clock.ts';
import { ecsAgentUri, readConfig, required, traceCollectorUrl } from '../platform/config.ts';
import { documentStore } from '../platform/documents/document-store.ts';
import { s3DocumentArchive } from '../platform/documents/s3-archive.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbLanes } from '../platform/dynamodb-lanes.ts';
import { dynamoDbParameters } from '../platform/dynamodb-parameters.ts';
import { protectTask } from '../platform/ecs-agent.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { logMetrics } from '../platform/metrics.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { s3 } from '../platform/s3.ts';
import { cityLoginReader, secretReader, secretsManager } from '../platform/secrets-manager.ts';
import { sqs } from '../platform/sqs.ts';
import { SOFTWARE_VERSION } from '../platform/version.ts';
import { inMessageSegment, startTracing, traced, tracedTransport } from '../platform/worker-tracer.ts';
import { type CityAuthorityDeps, cityAuthority } from './city-authority.ts';
import { companyCertificates } from './company-certificates.ts';
import { companyConnections } from './company-connections.ts';
import type { WorkerDeps } from './conversation.ts';
import { deadLetters } from './dead-letters.ts';
import { type Handled, handleWork } from './handle-work.ts';
import { authorityBreakers } from './lanes/authority-breakers.ts';
import { type Guard, guarded } from './lanes/guarded-provider.ts';
import { laneBoard } from './lanes/lane-board.ts';
import { laneTally } from './lanes/lane-tally.ts';
import { AGREEMENT_REFUSALS, parameterFetching } from './municipal-parameters/fetching.ts';
import { startPoller } from './poller.ts';
import { httpTransport } from './providers/http-transport.ts';
import { sqsRequestsQueue } from './queue/requests-queue.ts';
import { recentlySeen } from './recently-seen.ts';
import { documentSigning } from './signing.ts';
import { taskProtection } from './task-protection.ts';
import { turnAway } from './turn-away.ts';
import type { Received } from './work-message.ts';

/** Fargate gives 120 seconds between SIGTERM and SIGKILL; the rest is for the process to leave. */
const DRAIN_MS = 100_000;
/** A note with the most that its layout takes, a thousand documents of deduction, is a quarter of this as the API packs it. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const REMEMBERED_INVOICES = 10_000;
/** A hold takes effect within this time. */
const BOARD_ROUND_MS = 2000;
const TALLY_MS = 60_000;
/** Its answers are small, and its failures frequent. */
const PARAMETERS_TIMEOUT_MS = 10_000;
/** The parameters' API has a breaker of its own among those of the authorities: a failure of one is none of the other. */
const PARAMETERS_AUTHORITY = 'municipal-parameters';

const sendTraces = startTracing(traceCollectorUrl());
const config = readConfig();
const client = traced(dynamoDb());
const { national, worker } = config;
const nationalApi = required('NATIONAL_API_URL', national.url);
const parametersApi = required('NATIONAL_PARAMETERS_URL', national.parametersUrl);
const nationalCa = national.serverCaFile === undefined ? {} : { ca: readFileSync(national.serverCaFile, 'utf8') };
const connections = companyConnections((baseUrl, certificate) =>
  tracedTransport(
    baseUrl,
    httpTransport({
      baseUrl,
      timeoutMs: baseUrl === parametersApi ? Math.min(national.timeoutMs, PARAMETERS_TIMEOUT_MS) : national.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      loopbackOnly: config.loopbackAuthoritiesOnly,
      tls: {
        ...((baseUrl === nationalApi || baseUrl === parametersApi) && nationalCa),
        ...(certificate && { key: certificate.pem.key, cert: certificate.pem.certificate }),
      },
    }),
  ),
);
const secrets = traced(secretsManager());
const certificateOf = companyCertificates({
  secrets: secretReader(secrets, config.certificates.secretPrefix),
  now,
  freshMs: config.certificates.freshSeconds * 1000,
  onRead: ({ companyCnpj, validTo }) => noteCertificateAge(companyCnpj, validTo, now()),
  onDropped: connections.drop,
});
const profileOf = municipalityProfiles(config.municipalityProfilesFile);
const authorities: CityAuthorityDeps = {
  nationalApi,
  environment: national.environment,
  softwareVersion: SOFTWARE_VERSION,
  certificateOf,
  credentialsOf: cityLoginReader(secrets, config.cityLoginSecretPrefix).get,
  connect: connections.to,
  ...documentSigning(national.signatureHash),
};
const laneRoute = (lane: string) => routeOfLane(profileOf, lane, national.traffic);
const breakers = authorityBreakers({
  failures: worker.breaker.failures,
  probeAfterMs: worker.breaker.probeSeconds * 1000,
  now: Date.now,
  random: Math.random,
  onChange: (authority, state) => logger.warn('breaker', { authority, state }),
});
const parameters = parameterFetching({
  records: dynamoDbParameters(client, config.tables.parameters),
  transportOf: async (companyCnpj) =>
    connections.to(parametersApi, parametersApi.startsWith('https:') ? await certificateOf(companyCnpj) : undefined),
  breaker: breakers.of(PARAMETERS_AUTHORITY),
  now,
  today: (municipalityCode) => latestCompetence(now().toISOString(), municipalityCode),
  pause,
  onDone({ municipalityCode, question }, outcome, reason) {
    if (outcome === 'unneeded') return;
    logger.info('municipal parameters', { municipalityCode, parameter: parameterKey(question), outcome, reason });
  },
  onTrouble: (error) => logger.error('municipal parameters could not be fetched', { error: failureOf(error) }),
});
const breakerOf = (lane: string) => breakers.of(laneRoute(lane).authority);
const gateOf = (lane: string, authority = laneRoute(lane).authority) =>
  board.holdOn(lane) ?? breakers.of(authority).gate();
const tally = laneTally();
const board = laneBoard({
  records: dynamoDbLanes(client, config.tables.lanes),
  worker: newId(),
  now: Date.now,
  figures: () => poller.figures(),
  breakerOf,
  onTrouble: (error) => logger.error('the board of lanes could not be read or written', { error: failureOf(error) }),
});
const deps: WorkerDeps = {
  events: dynamoDbEventStore({
    client,
    tableName: config.tables.events,
    log: (operation, facts) => logger.info(operation, facts),
  }),
  documents: documentStore(
    client,
    config.tables.documents,
    s3DocumentArchive(s3(config.s3, undefined, traced), config.docsBucket),
  ),
  async authorityFor(represented) {
    const { companyCnpj, municipalityCode } = represented;
    const authority = await cityAuthority(authorities, profileOf(municipalityCode), represented);
    const lane = laneOf(represented);
    const guard: Guard = {
      breaker: breakerOf(lane),
      companyCnpj,
      note: (answered, detail) => board.note(lane, answered, detail),
    };
    return { ...authority, provider: (transport) => guarded(authority.provider(transport), guard) };
  },
  newCommitId: newId,
  now,
  random: Math.random,
  retryBaseSeconds: worker.retryBaseSeconds,
  giveUpAfterSeconds: worker.giveUpAfterSeconds,
  trustSeconds: worker.trustSeconds,
  sendWithinSeconds: worker.deadlineSeconds - national.timeoutMs / 1000,
  inFlightSeconds: worker.trustSeconds + worker.deadlineSeconds,
  gateOf,
  firstSight: recentlySeen(REMEMBERED_INVOICES),
};

/**
 * The one line that every message leaves, whatever became of it; how long an invoice took, or has waited, is a metric besides. The client's request
 * id is not in it: the line of the request has it beside the same invoice.
 */
function logHandled({ work, delivery }: Received, handled: Handled, more: object, started: number): void {
  const {
    emitted: _,
    dps: _dps,
    traceHeader: _carried,
    requestId: _asked,
    agreementsWanted: _wanted,
    route: _route,
    ...ids
  } = work;
  const lane = laneOf(work);
  const { emittedAt, ...done } = handled;
  const { messageId, receiveCount, sentAt } = delivery;
  const at = now();
  const facts = {
    ...ids,
    // Said where it is not the municipality's own, since log lines are paid by the byte.
    ...(lane === work.municipalityCode ? {} : { lane }),
    ...done,
    ...more,
    messageId,
    receiveCount,
    waitedMs: at.getTime() - sentAt.getTime(),
    durationMs: Math.round(performance.now() - started),
  };
  tally.handled(lane, handled, 'turnedAway' in more);
  const ageMs = at.getTime() - Date.parse(emittedAt ?? '');
  if (handled.steps.includes('issued')) {
    const metrics = { TimeToIssue: [ageMs, 'Milliseconds'] } as const;
    const { municipalityCode } = work;
    logMetrics({ message: 'handled', facts, metrics, at, dimensions: { municipalityCode } });
  } else if (handled.steps.includes('deferred')) {
    // Without a municipality, so that an alarm can watch the longest of all.
    logMetrics({ message: 'handled', facts, metrics: { DeferredSeconds: [Math.round(ageMs / 1000), 'Seconds'] }, at });
  } else logger.info('handled', facts);
}

/** Fetches the agreements that an emission lacked, and one that an authority has just contradicted. */
function fetchAgreements({ companyCnpj, municipalityCode, agreementsWanted = [] }: Work, { code = '' }: Handled): void {
  if (companyCnpj === undefined) return;
  const want = (of: string, anew: boolean) =>
    parameters.want({ municipalityCode: of, companyCnpj, questions: [{ kind: 'agreement' }] }, anew);
  if (AGREEMENT_REFUSALS.has(code)) want(municipalityCode, true);
  for (const of of agreementsWanted) want(of, false);
}

/** A message that failed, and is left to come again or lies in the DLQ now: the latter is a metric by cause, and worth an alarm. */
function noteFailure({ work, ...death }: Death, fate: 'leave' | 'delete', error: unknown): void {
  const facts = { ...death, ...work, error: failureOf(error) };
  if (fate === 'leave') logger.error('message failed, left on the queue', facts);
  else {
    const { cause: Cause } = death;
    const metrics = { DeadLetters: [1, 'Count'] } as const;
    logMetrics({ message: 'message failed, in the DLQ', facts, metrics, at: now(), dimensions: { Cause } });
  }
}

const agentUri = ecsAgentUri();
const protection = taskProtection({
  ask: async (state) => agentUri && protectTask(agentUri, state),
  onTrouble: (error) => logger.warn('not protected from being scaled in', { error: failureOf(error) }),
  now: () => performance.now(),
});
const queue = traced(sqs());
const poller = startPoller({
  queue: sqsRequestsQueue(queue, required('REQUESTS_QUEUE_URL', config.requestsQueueUrl), worker.visibilitySeconds),
  visibilitySeconds: worker.visibilitySeconds,
  places: worker.concurrency,
  orderMs: worker.orderMs,
  patienceMs: worker.patienceSeconds * 1000,
  deadlineMs: worker.deadlineSeconds * 1000,
  routeOf: laneRoute,
  gateOf,
  now: Date.now,
  prepare: board.prepare,
  takeUp({ Body = '' }) {
    const wanted = readWanted(Body);
    if (wanted) parameters.want(wanted);
    return wanted !== undefined;
  },
  async handle(received, inHandMs) {
    const started = performance.now();
    const { work, delivery, message } = received;
    const carried = message.Attributes?.AWSTraceHeader ?? work.traceHeader;
    const handled = await protection.during(() =>
      inMessageSegment(work, carried, () => handleWork(deps, work, delivery)),
    );
    logHandled(received, handled, { inHandMs }, started);
    fetchAgreements(work, handled);
  },
  async turnAway(received, gate) {
    const started = performance.now();
    const handled = await turnAway(deps, received.work, received.delivery, gate);
    board.turnedAway(laneOf(received.work));
    logHandled(received, handled, { turnedAway: gate.kind }, started);
    fetchAgreements(received.work, handled);
  },
  failed: deadLetters({
    client: queue,
    queueUrl: required('DEAD_LETTER_QUEUE_URL', config.deadLetters.queueUrl),
    maxReceives: worker.maxReceives,
    onFailed: noteFailure,
    onTrouble: (error) => logger.error('the DLQ could not be talked to', { error: failureOf(error) }),
  }),
  onPutBack({ work, delivery: { messageId, receiveCount } }, turnInSeconds) {
    const { invoiceId, municipalityCode } = work;
    tally.putBack(laneOf(work));
    logger.info('put back', { invoiceId, municipalityCode, messageId, receiveCount, turnInSeconds });
  },
  onTrouble: (error) => logger.error('the queue could not be talked to', { error: failureOf(error) }),
});
logger.info('worker started', { concurrency: worker.concurrency });

const rounds = setInterval(() => void board.round().then(poller.look), BOARD_ROUND_MS);
const tallies = setInterval(logTally, TALLY_MS);

function logTally(): void {
  const at = now();
  for (const [lane, metrics] of tally.take(poller.figures(), (name) => breakerOf(name).state, at.getTime())) {
    logMetrics({ message: 'lane', metrics, at, dimensions: { municipalityCode: lane } });
  }
}

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info('worker stopping', { reason });
  clearInterval(rounds);
  clearInterval(tallies);
  await protection.release();
  const { unfinished, putBack } = await poller.stop(DRAIN_MS);
  logTally();
  await parameters.stop();
  await board.close();
  await sendTraces();
  logger.info('worker stopped', { unfinished, putBack });
  process.exit(0);
}

process.once('SIGTERM', () => void stop('SIGTERM'));
process.once('SIGINT', () => void stop('SIGINT'));
