import { readFileSync } from 'node:fs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Provider } from '../services.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';
import type { RequestsQueue } from './queues.ts';

const DEFINITION = new URL('../../src/commands/emit-workflow.asl.json', import.meta.url);

/** What the definition calls the address of the queue of each provider. */
const ADDRESSES: Readonly<Record<Provider, string>> = { national: 'NationalQueueUrl', abrasf: 'AbrasfQueueUrl' };

/** EmitWorkflow: the very file that the local engine runs, with the addresses of the queues put in. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly logs: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    settings: Settings,
    { requests, logKey }: { requests: readonly RequestsQueue[]; logKey: IKey },
  ) {
    super(scope, id);
    this.logs = logGroup(this, 'Logs', settings, logKey);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const queues = requests.map(({ queue }) => queue.queueArn);
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: queues }));
    this.stateMachine = new StateMachine(this, 'EmitWorkflow', {
      stateMachineType: StateMachineType[settings.workflow.type],
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION, 'utf8')),
      definitionSubstitutions: Object.fromEntries(
        requests.flatMap(({ service, queue }) => service.serves.map((of) => [ADDRESSES[of], queue.queueUrl])),
      ),
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
