import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { functionNames } from '../functions.ts';
import { labelled } from '../services.ts';
import type { Settings } from '../settings.ts';
import { NAMESPACE, ours } from './alarms.ts';
import type { Observed } from './observability.ts';

const PERIOD = Duration.minutes(5);

/** The one page that is looked at first: what comes in, what comes out, what waits, and what it costs. */
export class Board extends Construct {
  constructor(scope: Construct, id: string, settings: Settings, observed: Observed, alarms: Alarm[]) {
    super(scope, id);
    const { queues, workers, workflow, api, functionOf, cluster } = observed;
    const emit = functionOf('emit');
    const { environment } = settings;
    new Dashboard(this, 'Dashboard', {
      dashboardName: `nfse-ledger-${environment}`,
      defaultInterval: Duration.hours(6),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 })],
        [
          graph('Emissions asked for', [
            emit.metricInvocations({ label: 'requests', period: PERIOD, statistic: 'Sum' }),
          ]),
          graph('Time to issue, by municipality', [
            perMunicipality(environment, 'TimeToIssue', 'p50'),
            perMunicipality(environment, 'TimeToIssue', 'p99'),
          ]),
          graph('API', [
            api.restApi.metricLatency({ label: 'p99 ms', period: PERIOD, statistic: 'p99' }),
            api.restApi.metricClientError({ label: '4xx', period: PERIOD, statistic: 'Sum' }),
            api.restApi.metricServerError({ label: '5xx', period: PERIOD, statistic: 'Sum' }),
          ]),
        ],
        [
          this.failuresByCode(observed),
          graph('Lanes: waiting and in flight', [
            perMunicipality(environment, 'Waiting', 'Average'),
            perMunicipality(environment, 'InFlight', 'Average'),
          ]),
          graph('Lanes: breaker open', [perMunicipality(environment, 'BreakerOpen', 'Maximum')]),
        ],
        [
          graph('How far readers are behind, ms', [
            ...(['invoices', 'reporting'] as const).map((projection) =>
              ours(environment, 'ProjectionLag', 'Maximum', PERIOD, { projection }),
            ),
            functionOf('projector').metric('IteratorAge', { label: 'stream', period: PERIOD, statistic: 'Maximum' }),
          ]),
          graph('How long the oldest waits, s', [
            ...workers.map(({ service, queue }) =>
              queue.metricApproximateAgeOfOldestMessage({ label: labelled('on the queue', service), period: PERIOD }),
            ),
            ours(environment, 'OldestDueSeconds', 'Maximum', PERIOD),
            ours(environment, 'DeferredSeconds', 'Maximum', PERIOD),
          ]),
          graph('Queues', [
            ...workers.map(({ service, queue }) =>
              queue.metricApproximateNumberOfMessagesVisible({ label: labelled('requests', service), period: PERIOD }),
            ),
            queues.dlq.metricApproximateNumberOfMessagesVisible({ label: 'DLQ', period: PERIOD }),
            queues.projectorFailures.metricApproximateNumberOfMessagesVisible({ label: 'given up', period: PERIOD }),
          ]),
        ],
        [
          graph(
            'Reconciler',
            ['ReconcileStarted', 'ReconcileFailed', 'StuckInvoices', 'DueLeft'].map((name) =>
              ours(environment, name, 'Sum', PERIOD),
            ),
          ),
          graph(
            'Workers',
            workers.map(({ service, worker }) =>
              worker.runningTasks(PERIOD).with({ label: labelled('tasks', service) }),
            ),
          ),
          graph(
            'Functions: errors',
            functionNames.map((name) => functionOf(name).metricErrors({ label: name, period: PERIOD })),
          ),
        ],
        [
          graph('Cost: DynamoDB units', this.consumed(observed)),
          graph('Cost: calls', [
            workflow.metricStarted({ label: 'workflow', period: PERIOD, statistic: 'Sum' }),
            ...workers.map(({ service, queue }) =>
              queue.metricNumberOfMessagesSent({
                label: labelled('messages', service),
                period: PERIOD,
                statistic: 'Sum',
              }),
            ),
            ...functionNames.map((name) => functionOf(name).metricInvocations({ label: name, period: PERIOD })),
          ]),
          graph('Cost: time of functions, ms; capacity of the database', [
            ...functionNames.map((name) =>
              functionOf(name).metricDuration({ label: name, period: PERIOD, statistic: 'Sum' }),
            ),
            cluster.metric('ServerlessDatabaseCapacity', { label: 'ACU', period: PERIOD }),
          ]),
        ],
      ],
    });
  }

  /** By the authority's own code, which is too many values for a metric. */
  private failuresByCode({ workers }: Observed): LogQueryWidget {
    return new LogQueryWidget({
      title: 'Failures by code',
      width: 8,
      height: 6,
      logGroupNames: workers.map(({ worker }) => worker.logs.logGroupName),
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'fields code, municipalityCode',
        'filter message = "handled" and status = "FAILED"',
        'stats count(*) as invoices by code, municipalityCode',
        'sort invoices desc',
        'limit 20',
      ],
    });
  }

  private consumed({ tables }: Observed): IMetric[] {
    return (['events', 'invoices', 'documents', 'requests', 'dpsNumbers'] as const).flatMap((kind) =>
      ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map(
        (metricName) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName,
            dimensionsMap: { TableName: tables[kind].tableName },
            statistic: 'Sum',
            period: PERIOD,
            label: `${kind} ${metricName.includes('Read') ? 'read' : 'written'}`,
          }),
      ),
    );
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}

/** Every municipality that said something in the time shown. */
function perMunicipality(environment: string, metric: string, statistic: string): MathExpression {
  return new MathExpression({
    expression: `SEARCH('{${NAMESPACE},service,environment,municipalityCode} environment="${environment}" MetricName="${metric}"', '${statistic}', 300)`,
    usingMetrics: {},
    label: statistic,
    period: PERIOD,
  });
}
