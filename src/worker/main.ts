import { readFileSync } from 'node:fs';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { noteCertificateAge } from '../platform/certificate-metric.ts';
import { newId, now } from '../platform/clock.ts';
import { readConfig, required } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { s3 } from '../platform/s3.ts';
import { s3Documents } from '../platform/s3-documents.ts';
import { cityLoginReader, secretReader, secretsManager } from '../platform/secrets-manager.ts';
import { sqs } from '../platform/sqs.ts';
import { SOFTWARE_VERSION } from '../platform/version.ts';
import { inWorkerSegment, tracedTransport } from '../platform/worker-trace.ts';
import { type CityAuthorityDeps, cityAuthority } from './city-authority.ts';
import { companyCertificates } from './company-certificates.ts';
import { companyConnections } from './company-connections.ts';
import { handleWork, type WorkerDeps } from './handle-work.ts';
import { startPoller } from './poller.ts';
import { httpTransport } from './providers/http-transport.ts';
import { recentlySeen } from './recently-seen.ts';
import { documentSigning } from './signing.ts';
import { readMessage } from './work-message.ts';

/** Fargate gives 120 seconds between SIGTERM and SIGKILL; the rest is for the process to leave. */
const DRAIN_MS = 100_000;
/** A note with the most that its layout takes, a thousand documents of deduction, is a quarter of this as the API packs it. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const REMEMBERED_INVOICES = 10_000;

const config = readConfig();
const client = dynamoDb();
const { national, worker } = config;
const nationalApi = required('NATIONAL_API_URL', national.url);
const nationalCa = national.serverCaFile === undefined ? {} : { ca: readFileSync(national.serverCaFile, 'utf8') };
const connections = companyConnections((baseUrl, certificate) =>
  tracedTransport(
    baseUrl,
    httpTransport({
      baseUrl,
      timeoutMs: national.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      tls: {
        ...(baseUrl === nationalApi && nationalCa),
        ...(certificate && { key: certificate.pem.key, cert: certificate.pem.certificate }),
      },
    }),
  ),
);
const secrets = secretsManager();
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
const deps: WorkerDeps = {
  events: dynamoDbEventStore({
    client,
    tableName: config.tables.events,
    log: (operation, facts) => logger.info(operation, facts),
  }),
  documents: s3Documents(s3(config.s3), config.docsBucket),
  authorityFor: ({ companyCnpj, municipalityCode }) =>
    cityAuthority(authorities, profileOf(municipalityCode), companyCnpj),
  newCommitId: newId,
  now,
  random: Math.random,
  retryBaseSeconds: worker.retryBaseSeconds,
  trustSeconds: worker.trustSeconds,
  inFlightSeconds: worker.trustSeconds + worker.visibilitySeconds,
  firstSight: recentlySeen(REMEMBERED_INVOICES),
};

const poller = startPoller({
  client: sqs(),
  queueUrl: required('REQUESTS_QUEUE_URL', config.requestsQueueUrl),
  concurrency: worker.concurrency,
  visibilitySeconds: worker.visibilitySeconds,
  async handle(message) {
    const started = performance.now();
    const { work, delivery } = readMessage(message);
    const carried = message.Attributes?.AWSTraceHeader ?? work.traceHeader;
    const handled = await inWorkerSegment(work, carried, () => handleWork(deps, work, delivery));
    const { fresh: _, traceHeader: __, ...facts } = work;
    const { messageId, receiveCount, sentAt } = delivery;
    logger.info('handled', {
      ...facts,
      ...handled,
      messageId,
      receiveCount,
      waitedMs: now().getTime() - sentAt.getTime(),
      durationMs: Math.round(performance.now() - started),
    });
  },
  onError: (error, message) => {
    logger.error(message ? 'message failed, left on the queue' : 'receive failed', {
      messageId: message?.MessageId,
      receiveCount: message?.Attributes?.ApproximateReceiveCount,
      error: failureOf(error),
    });
  },
});
logger.info('worker started', { concurrency: worker.concurrency });

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info('worker stopping', { reason });
  const { unfinished } = await poller.stop(DRAIN_MS);
  logger.info('worker stopped', { unfinished });
  process.exit(0);
}

process.once('SIGTERM', () => void stop('SIGTERM'));
process.once('SIGINT', () => void stop('SIGINT'));
