import { readFileSync } from 'node:fs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';

const DEFINITION = new URL('../../src/commands/emit-workflow.asl.json', import.meta.url);

/** EmitWorkflow: the very file that the local engine runs, with the address of the queue put in. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, settings: Settings, { queue, logKey }: { queue: IQueue; logKey: IKey }) {
    super(scope, id);
    this.logs = logGroup(this, 'Logs', settings, logKey);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    this.stateMachine = new StateMachine(this, 'EmitWorkflow', {
      stateMachineType: StateMachineType[settings.workflow.type],
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION, 'utf8')),
      definitionSubstitutions: { RequestsQueueUrl: queue.queueUrl },
      role,
      tracingEnabled: true,
      // Failures, and never what an execution was given.
      logs: { destination: this.logs, level: LogLevel.ERROR, includeExecutionData: false },
    });
    acknowledge(this, {
      'AwsSolutions-SF1':
        'Failures are logged. Every event of every execution would cost more than the executions, and say nothing that the function and the worker do not log.',
      'AwsSolutions-IAM5[Resource::*]':
        'Log deliveries and X-Ray know no resource: these actions of the workflow can only be allowed on *.',
    });
  }
}
