import { logger } from './logger.ts';

const NAMESPACE = 'nfse-ledger';
const METRIC = 'CertificateDaysLeft';
const DAY_MS = 86_400_000;

/**
 * One log line that is a metric as well (CloudWatch's embedded metric format): whole days until a company's certificate ends,
 * negative once it has. Without a dimension for the company, so that thousands of them are one metric, whose minimum is what an
 * alarm watches; the line itself says which company it was.
 */
export function noteCertificateAge(companyCnpj: string, validTo: Date, now: Date): void {
  const metric = { Namespace: NAMESPACE, Dimensions: [[]], Metrics: [{ Name: METRIC, Unit: 'Count' }] };
  logger.info('certificate', {
    companyCnpj,
    validTo: validTo.toISOString(),
    [METRIC]: Math.floor((validTo.getTime() - now.getTime()) / DAY_MS),
    _aws: { Timestamp: now.getTime(), CloudWatchMetrics: [metric] },
  });
}
