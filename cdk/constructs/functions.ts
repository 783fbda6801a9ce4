import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { environmentOf } from '../environment.ts';
import { type FunctionName, functionNames, functionRow } from '../functions.ts';
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
      environment: environmentOf(settings, row.may ?? {}, resources),
    });
    acknowledgeWildcards(made, row.may ?? {}, resources);
    if (row.trigger.from === 'schedule') this.schedule(made, Schedule.rate(Duration.minutes(row.trigger.everyMinutes)));
    if (row.trigger.from === 'daily') {
      const { hourUtc, minute } = row.trigger;
      this.schedule(made, Schedule.cron({ hour: String(hourUtc), minute: String(minute) }));
    }
    if (row.trigger.from === 'stream') this.followStream(made);
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
   * key. A batch that fails is halved until the record that fails is alone, and is given up after ten tries to a queue that an alarm
   * watches: one invoice never holds up the others for longer.
   */
  private followStream({ fn, node }: LedgerFunction): void {
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
      parallelizationFactor: 10,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
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
}
