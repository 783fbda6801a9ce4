import { CfnOutput } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { IDatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { CfnSamplingRule } from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import type { TableKind } from '../../src/platform/table-definitions.ts';
import type { FunctionName } from '../functions.ts';
import type { Settings } from '../settings.ts';
import { Alarms } from './alarms.ts';
import type { Api } from './api.ts';
import { Board } from './board.ts';
import type { Queues, RequestsQueue } from './queues.ts';
import type { Worker } from './worker.ts';

/** A service of workers with its queue. */
export interface Workers extends RequestsQueue {
  readonly worker: Worker;
}

/** What is looked at. */
export interface Observed {
  readonly api: Api;
  readonly functionOf: (name: FunctionName) => IFunction;
  readonly queues: Queues;
  readonly tables: Readonly<Record<TableKind, ITable>>;
  readonly workflow: IStateMachine;
  readonly workers: readonly Workers[];
  readonly cluster: IDatabaseCluster;
  /** Of the functions and the worker. */
  readonly logs: readonly ILogGroup[];
}

/** Alarms and who is told of them, the dashboard, the questions that are asked of the logs, and how many requests are traced. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, settings: Settings, observed: Observed, key: IKey) {
    super(scope, id);
    const { environment, observability } = settings;
    const topic = new Topic(this, 'Topic', {
      topicName: `nfse-ledger-${environment}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    if (observability.email !== undefined) topic.addSubscription(new EmailSubscription(observability.email));
    const { all } = new Alarms(this, 'Alarms', settings, observed, topic);
    new Board(this, 'Board', settings, observed, all);
    this.addLogQueries(environment, [...observed.logs]);
    this.addSampling(settings, observed);
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }

  private addLogQueries(environment: string, logGroups: ILogGroup[]): void {
    const ask = (name: string, query: ConstructorParameters<typeof QueryString>[0]) =>
      new QueryDefinition(this, name, {
        queryDefinitionName: `nfse-ledger/${environment}/${name}`,
        queryString: new QueryString(query),
        logGroups,
      });
    ask('one-invoice', {
      fields: ['@timestamp', 'message', 'handler', 'status', 'steps', 'error.message'],
      filterStatements: ['invoiceId = "inv_…"'],
      sort: '@timestamp asc',
    });
    ask('one-trace', {
      fields: ['@timestamp', '@log', 'message', 'handler', 'invoiceId', 'status', 'error.message'],
      // The second is what a problem, and the API's access log, call `requestId`.
      filterStatements: ['traceId = "1-…" or httpRequestId = "…"'],
      sort: '@timestamp asc',
    });
    ask('refusals-by-code', {
      filterStatements: ['message = "request"', 'ispresent(problem)'],
      statsStatements: ['count(*) as requests by problem, handler'],
      sort: 'requests desc',
    });
    ask('outcomes-by-municipality', {
      filterStatements: ['message = "handled"'],
      statsStatements: ['count(*) as messages by municipalityCode, status'],
      sort: 'messages desc',
    });
    ask('slowest-requests', {
      fields: ['@timestamp', 'handler', 'durationMs', 'status', 'traceId'],
      filterStatements: ['message = "request"'],
      sort: 'durationMs desc',
      limit: 50,
    });
    ask('calls-that-died', {
      fields: [
        '@timestamp',
        '@log',
        'record.status',
        'record.errorType',
        'record.metrics.maxMemoryUsedMB',
        'record.requestId',
      ],
      filterStatements: ['type = "platform.report"'],
      sort: '@timestamp desc',
    });
    ask('environments', {
      filterStatements: ['ispresent(peakMb)'],
      statsStatements: [
        'count(initMs) as begun, pct(initMs, 50) as p50Ms, max(initMs) as mostMs, max(peakMb) as mostMb by @log',
      ],
      sort: 'mostMs desc',
    });
    ask('dead-letters', {
      fields: ['@timestamp', 'Cause', 'invoiceId', 'municipalityCode', 'error.message'],
      filterStatements: ['message = "message failed, in the DLQ"'],
      sort: '@timestamp desc',
    });
  }

  /** A request is traced or not where it comes in, and everything it leads to goes along. */
  private addSampling({ environment, observability }: Settings, { api }: Observed): void {
    new CfnSamplingRule(this, 'Sampling', {
      samplingRule: {
        ruleName: `nfse-ledger-${environment}`,
        priority: 100,
        version: 1,
        fixedRate: observability.tracedShare,
        // One a second always, so that a quiet hour is not without a trace.
        reservoirSize: observability.tracedShare > 0 ? 1 : 0,
        resourceArn: api.restApi.deploymentStage.stageArn,
        serviceName: '*',
        serviceType: '*',
        host: '*',
        httpMethod: '*',
        urlPath: '*',
      },
    });
  }
}
