import { logger } from './logger.ts';

const NAMESPACE = 'nfse-ledger';

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';

/** Values of one moment by metric name, in PascalCase: `{ CertificateDaysLeft: [12, 'Count'] }`. */
export type Metrics = Readonly<Record<string, readonly [value: number, unit: MetricUnit]>>;

export interface MetricLine {
  /** Of the log line, and what else it says; nothing of it becomes a dimension. */
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly metrics: Metrics;
  readonly at: Date;
  /** Few values each (a municipality, a cause; never an invoice or a company): every combination is a metric that is paid for. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/**
 * One log line that is a metric as well (CloudWatch's embedded metric format), so that a figure and the line that explains it are
 * never apart, and measuring costs no call.
 */
export function logMetrics({ message, facts, metrics, at, dimensions = {} }: MetricLine): void {
  const values = Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value]));
  const definitions = Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit }));
  logger.info(message, {
    ...facts,
    ...dimensions,
    ...values,
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: definitions }],
    },
  });
}
