import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { functionNames, functionRow } from '../functions.ts';
import type { Settings } from '../settings.ts';
import type { Observed } from './observability.ts';

/** Our own metrics, as `src/platform/metrics.ts` writes them: each has `service` and `environment` among its dimensions. */
export const NAMESPACE = 'nfse-ledger';
const SERVICE = 'nfse-ledger';
const RUNBOOK = 'docs/runbook.md';

interface Rule {
  /** What happened, in a sentence for whoever is woken by it. */
  readonly says: string;
  readonly metric: IMetric;
  readonly atLeast?: number;
  readonly below?: number;
  /** How many of the metric's periods in a row. */
  readonly periods?: number;
  /** Silence is an alarm of its own; elsewhere it means that nothing happened. */
  readonly silenceIsBad?: true;
}

/** Everything that somebody should be told of. Each alarm names its section of the runbook, which a test looks up. */
export class Alarms extends Construct {
  private readonly topic: ITopic;
  private readonly prefix: string;
  private readonly environment: string;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, settings: Settings, observed: Observed, topic: ITopic) {
    super(scope, id);
    this.topic = topic;
    this.environment = settings.environment;
    this.prefix = `nfse-ledger-${settings.environment}`;
    this.onApi(observed);
    this.onFunctions(observed);
    this.onWorkers(settings, observed);
    this.onQueues(observed);
    this.onInvoices(settings);
    this.onProjections();
    this.onSeals();
    this.onArchive();
    this.onDocuments();
    this.onEngines(observed);
  }

  private onApi({ api }: Observed): void {
    this.add('api-5xx', {
      says: 'The API answers with errors of its own',
      metric: api.restApi.metricServerError({ period: minutes(5), statistic: 'Sum' }),
      atLeast: 5,
    });
  }

  private onFunctions({ functionOf }: Observed): void {
    for (const name of functionNames) {
      const fn = functionOf(name);
      this.add(
        'function-errors',
        { says: `${name} fails`, metric: fn.metricErrors({ period: minutes(5) }), atLeast: 1, periods: 2 },
        name,
      );
      this.add(
        'function-throttles',
        {
          says: `${name} is called more often than it may run`,
          metric: fn.metricThrottles({ period: minutes(5) }),
          atLeast: 1,
          periods: 3,
        },
        name,
      );
      if (functionRow(name).trigger.from !== 'stream') continue;
      this.add(
        'iterator-age',
        {
          says: `${name} is behind`,
          metric: fn.metric('IteratorAge', { period: minutes(5), statistic: 'Maximum' }),
          atLeast: 300_000,
          periods: 2,
        },
        name,
      );
    }
  }

  private onWorkers({ worker: { tasks, oldestMessageSeconds } }: Settings, { workers }: Observed): void {
    for (const { service, queue, worker } of workers) {
      this.add(
        'oldest-message',
        {
          says: 'Requests wait for the worker',
          metric: queue.metricApproximateAgeOfOldestMessage({ period: minutes(5), statistic: 'Maximum' }),
          atLeast: Math.max(900, oldestMessageSeconds * 5),
          periods: 2,
        },
        service.name,
      );
      this.add(
        'worker-down',
        {
          says: 'Fewer workers run than there should be',
          metric: worker.runningTasks(minutes(5)),
          below: Math.max(1, tasks.least),
          periods: 2,
          silenceIsBad: true,
        },
        service.name,
      );
    }
  }

  private onQueues({ queues }: Observed): void {
    this.add('dlq', {
      says: 'Something could not be handled and lies in the DLQ',
      metric: queues.dlq.metricApproximateNumberOfMessagesVisible({ period: minutes(5), statistic: 'Maximum' }),
      atLeast: 1,
    });
    this.add('projector-failures', {
      says: 'A projector gave up a batch of the stream: rows may be missing',
      metric: queues.projectorFailures.metricApproximateNumberOfMessagesVisible({
        period: minutes(5),
        statistic: 'Maximum',
      }),
      atLeast: 1,
    });
  }

  private onInvoices({ observability }: Settings): void {
    this.add('reconciler-silent', {
      says: 'The reconciler has not run for ten minutes: nothing that was deferred or lost is taken up',
      metric: ours(this.environment, 'ReconcileStarted', 'SampleCount', minutes(10)),
      below: 1,
      silenceIsBad: true,
    });
    this.add('invoices-stuck', {
      says: 'Invoices are started again and again, and nothing comes of it',
      metric: ours(this.environment, 'StuckInvoices', 'Maximum', minutes(5)),
      atLeast: 1,
      periods: 3,
    });
    this.add('due-too-long', {
      says: 'Invoices that are due have not been taken up for half an hour',
      metric: ours(this.environment, 'OldestDueSeconds', 'Maximum', minutes(5)),
      atLeast: 1800,
      periods: 3,
    });
    this.add('deferred-too-long', {
      says: `An invoice has been waiting for its authority for ${observability.deferredHours} hours`,
      metric: ours(this.environment, 'DeferredSeconds', 'Maximum', minutes(15)),
      atLeast: observability.deferredHours * 3600,
    });
    this.add('certificate-expiring', {
      says: `A company's certificate ends within ${observability.certificateDays} days, or has ended`,
      metric: ours(this.environment, 'CertificateDaysLeft', 'Minimum', Duration.hours(1)),
      below: observability.certificateDays,
    });
    this.add('breaker-open', {
      says: 'An authority does not answer, and is left alone for a while',
      metric: overMunicipalities('MAX', 'BreakerOpen', this.environment, minutes(5)),
      atLeast: 1,
      periods: 3,
    });
  }

  private onProjections(): void {
    for (const projection of ['invoices', 'reporting']) {
      this.add(
        'invoices-parked',
        {
          says: `Invoices cannot be projected (${projection}) and were put aside`,
          metric: ours(this.environment, 'InvoicesParked', 'Sum', minutes(5), { projection }),
          atLeast: 1,
        },
        projection,
      );
      this.add(
        'events-touched',
        {
          says: `Somebody changed or deleted events (seen by the projector of ${projection})`,
          metric: ours(this.environment, 'EventsTouched', 'Sum', minutes(5), { projection }),
          atLeast: 1,
        },
        projection,
      );
    }
  }

  private onSeals(): void {
    this.add('seal-differs', {
      says: 'The commits of a sealed day are not those that it was sealed with',
      metric: ours(this.environment, 'SealsDiffering', 'Maximum', Duration.hours(1)),
      atLeast: 1,
    });
    this.add('seal-scans', {
      says: 'Each day is sealed by reading the whole event table: the index by day lacks commits',
      metric: ours(this.environment, 'SealsByScan', 'Maximum', Duration.days(1)),
      atLeast: 1,
      periods: 3,
    });
    this.add('seal-missing', {
      says: 'No day was sealed for two days',
      metric: ours(this.environment, 'DaysSealed', 'Sum', Duration.days(1)),
      below: 1,
      periods: 2,
      silenceIsBad: true,
    });
  }

  private onArchive(): void {
    this.add('archive-late', {
      says: 'Documents of a day that ended twelve hours ago are not all in the archive, or nobody looked for six hours',
      metric: ours(this.environment, 'UnarchivedSeconds', 'Maximum', Duration.hours(6)),
      atLeast: 12 * 3600,
      silenceIsBad: true,
    });
    this.add('documents-damaged', {
      says: 'Documents are not what they were when they were stored, and could not be archived',
      metric: ours(this.environment, 'DocumentsDamaged', 'Maximum', Duration.hours(1)),
      atLeast: 1,
    });
  }

  private onDocuments(): void {
    this.add('documents-unavailable', {
      says: 'A document that a history names was asked for, and is not there or is another',
      metric: ours(this.environment, 'DocumentsUnavailable', 'Sum', minutes(5)),
      atLeast: 1,
    });
  }

  private onEngines({ workflow, tables, cluster }: Observed): void {
    this.add('workflow-failures', {
      says: 'EmitWorkflow could not put work on the queue; the reconciler will',
      metric: workflow.metricFailed({ period: minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      periods: 2,
    });
    for (const kind of ['events', 'invoices', 'documents', 'dpsNumbers'] as const) {
      const { tableName: TableName } = tables[kind];
      const throttled = (metricName: string) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName },
          statistic: 'Sum',
          period: minutes(5),
        });
      this.add(
        'table-throttles',
        {
          says: `DynamoDB refuses requests to the table of ${kind}`,
          metric: new MathExpression({
            expression: 'reads + writes',
            usingMetrics: { reads: throttled('ReadThrottleEvents'), writes: throttled('WriteThrottleEvents') },
            period: minutes(5),
          }),
          atLeast: 10,
          periods: 2,
        },
        kind,
      );
    }
    this.add('database-busy', {
      says: 'The database of reports is at its limit',
      metric: cluster.metric('ACUUtilization', { period: minutes(5), statistic: 'Average' }),
      atLeast: 95,
      periods: 3,
    });
  }

  private add(kind: string, { says, metric, atLeast, below, periods = 1, silenceIsBad }: Rule, of?: string): void {
    const name = of === undefined ? kind : `${kind}-${of}`;
    const alarm = new Alarm(this, name, {
      alarmName: `${this.prefix}-${name}`,
      alarmDescription: `${says}. ${RUNBOOK}#${kind}`,
      metric,
      threshold: atLeast ?? below ?? 0,
      comparisonOperator:
        atLeast === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}

const minutes = Duration.minutes;

/** A metric that our code writes into its log lines. */
export function ours(
  environment: string,
  metricName: string,
  statistic: string,
  period: Duration,
  dimensions: Record<string, string> = {},
): Metric {
  const dimensionsMap = { service: SERVICE, environment, ...dimensions };
  return new Metric({ namespace: NAMESPACE, metricName, statistic, period, dimensionsMap });
}

/** One figure over the municipalities of an environment, whose codes nobody could name here. */
function overMunicipalities(
  aggregate: 'MAX',
  metricName: string,
  environment: string,
  period: Duration,
): MathExpression {
  const schema = `SCHEMA("${NAMESPACE}", service, environment, municipalityCode)`;
  return new MathExpression({
    expression: `SELECT ${aggregate}(${metricName}) FROM ${schema} WHERE environment = '${environment}'`,
    usingMetrics: {},
    period,
  });
}
