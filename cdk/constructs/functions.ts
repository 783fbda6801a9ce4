import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Trigger as FunctionTrigger, InvocationType } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { environmentOf } from '../environment.ts';
import { type FunctionName, type FunctionRow, functionNames, functionRow } from '../functions.ts';
import { FUNCTION_FILES, fileVariables } from '../own-files.ts';
import type { Resources } from '../resources.ts';
import { acknowledgeWildcards, statementsFor } from '../rights.ts';
import type { Settings } from '../settings.ts';
import type { StatefulStack } from '../stacks/stateful.ts';
import { type CodeOf, LedgerFunction } from './ledger-function.ts';

export interface FunctionsProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
  readonly resources: Resources;
  readonly code: CodeOf;
}

/** Every function of `cdk/functions.ts` but the one that Cognito calls, with what starts it. */
export class Functions extends Construct {
  private readonly props: FunctionsProps;
  private readonly byName: ReadonlyMap<FunctionName, LedgerFunction>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.props = props;
    const names = functionNames.filter((name) => functionRow(name).trigger.from !== 'sign-in');
    this.byName = new Map(names.map((name) => [name, this.make(name)]));
  }

  /** @throws Error for the function that Cognito calls, which stands with the users */
  get(name: FunctionName): LedgerFunction {
    const made = this.byName.get(name);
    if (!made) throw new Error(`There is no function ${name} here`);
    return made;
  }

  private make(name: FunctionName): LedgerFunction {
    const { settings, stateful, resources, code } = this.props;
    const row = functionRow(name);
    const made = new LedgerFunction(this, name, {
      name,
      row,
      settings,
      code,
      logKey: stateful.keys.operations,
      statements: statementsFor(this, row.may ?? {}, resources),
      environment: {
        ...environmentOf(settings, row.may ?? {}, resources),
        ...foldersOf(row),
        ...fileVariables(settings, row.reads ?? [], FUNCTION_FILES),
      },
    });
    acknowledgeWildcards(made, row.may ?? {}, resources);
    if (row.trigger.from === 'schedule') this.schedule(made, Schedule.rate(Duration.minutes(row.trigger.everyMinutes)));
    if (row.trigger.from === 'daily') {
      const { hourUtc, minute } = row.trigger;
      this.schedule(made, Schedule.cron({ hour: String(hourUtc), minute: String(minute) }));
    }
    if (row.trigger.from === 'stream') this.followStream(made, row.trigger.parallel);
    if (row.trigger.from === 'deployment') this.callOnDeployment(made);
    if (row.drainsDlq) this.drainDlq(made);
    return made;
  }

  private schedule({ fn, node }: LedgerFunction, schedule: Schedule): void {
    const rule = new Rule(this, `${node.id}Schedule`, {
      schedule,
      // The functions look at the clock themselves: what the schedule sends would only be one more thing to check.
      targets: [
        new LambdaTarget(fn, {
          event: RuleTargetInput.fromObject({}),
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
    acknowledge(rule, {
      'Serverless-EventBusDLQ': 'A run that was missed is made up for by the next one; an alarm tells when they fail.',
    });
  }

  /**
   * The stream of EventsTable. Commits of one invoice stay in order however many batches are under way, because they share a partition
   * key. What can never be projected is parked by the function itself; what cannot be projected now comes again until it can, or until
   * the stream would forget it: then it goes to a queue that an alarm watches.
   */
  private followStream({ fn, node }: LedgerFunction, parallel: number): void {
    const { tables, queues } = this.props.stateful;
    const { tableStreamArn: eventSourceArn } = tables.byKind.events;
    if (!eventSourceArn) throw new Error('EventsTable has no stream');
    const failures = queues.projectorFailures;
    const mapping = new EventSourceMapping(this, `${node.id}Stream`, {
      target: fn,
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: parallel,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: Duration.hours(23),
      onFailure: new SqsDlq(failures),
    });
    const role = fn.role;
    if (!role) throw new Error('The function has no role');
    for (const [actions, resource] of [
      [['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], eventSourceArn],
      [['dynamodb:ListStreams'], '*'],
    ] as const) {
      role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
    }
    // Lambda looks at the rights of the role when the mapping is made.
    mapping.node.addDependency(role);
  }

  /** The mapping is there and rests: a person looks at dead letters first, unless the settings say otherwise. */
  private drainDlq({ fn, node }: LedgerFunction): void {
    const { settings, stateful } = this.props;
    const mapping = new EventSourceMapping(this, `${node.id}Dlq`, {
      target: fn,
      eventSourceArn: stateful.queues.dlq.queueArn,
      enabled: settings.functions.replayDlq,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: 2,
    });
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'It takes from the DLQ: what it cannot settle stays there, and an alarm watches it.',
    });
    if (fn.role) mapping.node.addDependency(fn.role);
  }

  /** On the first deployment and whenever its code or its files have changed; the deployment fails and rolls back when it fails. */
  private callOnDeployment({ fn, node }: LedgerFunction): void {
    const trigger = new FunctionTrigger(this, `${node.id}OnDeployment`, {
      handler: fn,
      timeout: Duration.minutes(5),
      invocationType: InvocationType.REQUEST_RESPONSE,
    });
    if (fn.role) trigger.node.addDependency(fn.role);
  }
}

/** `migrations` is read as `MIGRATIONS_FOLDER`. */
function foldersOf({ files = {} }: FunctionRow): Record<string, string> {
  return Object.fromEntries(
    Object.keys(files).map((folder) => [`${folder.toUpperCase()}_FOLDER`, `${FUNCTION_FILES}/${folder}`]),
  );
}
