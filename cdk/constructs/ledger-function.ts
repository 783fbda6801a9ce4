import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionName, FunctionRow } from '../functions.ts';
import type { Settings } from '../settings.ts';
import { logGroup } from './logs.ts';

/** Where the code of each handler comes from: its bundle, or whatever stands for it in a test. */
export type CodeOf = (name: FunctionName) => Code;

export interface LedgerFunctionProps {
  readonly name: FunctionName;
  readonly row: FunctionRow;
  readonly settings: Settings;
  readonly code: CodeOf;
  readonly logKey: IKey;
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One Lambda function with a role and a log group of its own. */
export class LedgerFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: LedgerFunctionProps) {
    super(scope, id);
    const { name, row, settings, code, logKey, statements, environment } = props;
    this.logs = logGroup(this, 'Logs', settings, logKey);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${name} of nfse-ledger`,
    });
    for (const statement of [this.mayLog(), ...statements]) role.addToPolicy(statement);
    this.fn = new LambdaFunction(this, 'Fn', {
      functionName: `nfse-ledger-${settings.environment}-${name}`,
      description: `nfse-ledger: src/handlers/${name}.ts`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: `${name}.handler`,
      code: code(name),
      role,
      logGroup: this.logs,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // Start and report of every call are INFO; of a call that failed, ran out of time or died they are WARN, and logged
      // ("System log level event mapping" in Lambda's Developer Guide). What else the reports said is in `src/platform/environment-facts.ts`.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: Tracing.ACTIVE,
      timeout: Duration.seconds(row.timeoutSeconds),
      memorySize: row.memoryMb,
      environment: { ...environment },
      ...(settings.functions.reservedConcurrency &&
        row.reservedConcurrency !== undefined && { reservedConcurrentExecutions: row.reservedConcurrency }),
    });
    acknowledge(this.fn, {
      'Serverless-LambdaDLQ':
        'Nobody calls it asynchronously but schedules, whose next run does what the last one missed. The API and Cognito wait for its answer, and streams and queues have failure queues of their own.',
    });
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray takes traces under no resource, and a projector lists streams, of which DynamoDB knows no single one: these actions can only be allowed on *.',
    });
  }

  private mayLog(): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logs.logGroupArn],
    });
  }
}
