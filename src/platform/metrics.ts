import { Metrics } from '@aws-lambda-powertools/metrics';
import { environmentName } from './config.ts';

/** Values of one moment by metric name, in PascalCase: `{ CertificateDaysLeft: [12, 'Count'] }`. */
export type MetricValues = Readonly<
  Record<string, readonly [value: number, unit: 'Count' | 'Milliseconds' | 'Seconds']>
>;

export interface MetricLine {
  /** The log line's message, and its other members. None of them becomes a dimension. */
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly metrics: MetricValues;
  readonly at: Date;
  /** Few values each (a municipality, a cause; never an invoice or a company): CloudWatch charges for every combination. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

const metrics = new Metrics({
  namespace: 'nfse-ledger',
  serviceName: 'nfse-ledger',
  defaultDimensions: { environment: environmentName() },
});

/**
 * Writes one log line that CloudWatch also reads as metrics, so that a figure and the line that explains it are never apart. The line
 * has the members that the logger gives its own (`level`, `message`, `timestamp`). It is complete when this function returns: messages
 * that are handled at the same time cannot mix their figures.
 */
export function logMetrics({ message, facts, metrics: values, at, dimensions = {} }: MetricLine): void {
  const members = { level: 'INFO', message, timestamp: at.toISOString(), ...facts };
  for (const [name, value] of Object.entries(members)) {
    // Typed as text, although Powertools writes any JSON value. It warns of a member that repeats a dimension.
    if (!(name in dimensions)) metrics.addMetadata(name, value as string);
  }
  for (const [name, [value, unit]] of Object.entries(values)) metrics.addMetric(name, unit, value);
  if (Object.keys(dimensions).length > 0) metrics.addDimensions(dimensions);
  metrics.setTimestamp(at).publishStoredMetrics();
}
