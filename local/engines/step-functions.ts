import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { close, listen } from '../http-server.ts';
import { inProject } from '../project.ts';
import { AwsError, jsonProtocol } from './json-protocol.ts';
import { type Execution, executionsOf } from './step-functions/executions.ts';
import { stateMachine } from './step-functions/state-machine.ts';

export const emitWorkflowArn = 'arn:aws:states:sa-east-1:000000000000:stateMachine:EmitWorkflow';

export interface StepFunctions {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * EmitWorkflow behind the two operations of the service that we use, StartExecution and DescribeExecution. Executions live in
 * memory: one that a kill cuts short is started again by the reconciler.
 */
export async function startStepFunctions(options: {
  port: number;
  sqsEndpoint: string;
  queueUrl: string;
}): Promise<StepFunctions> {
  const sqs = new SQSClient({
    endpoint: options.sqsEndpoint,
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const now = Date.now;
  const executions = executionsOf({
    executionArn: (name) => `arn:aws:states:sa-east-1:000000000000:execution:EmitWorkflow:${name}`,
    run: stateMachine({
      text: await readFile(inProject('src/commands/emit-workflow.asl.json'), 'utf8'),
      // One queue for all providers, as where an installation has one service of workers.
      values: { NationalQueueUrl: options.queueUrl, AbrasfQueueUrl: options.queueUrl },
      sqs,
      now,
    }),
    now,
  });
  const { server, url } = await listen(
    jsonProtocol('AWSStepFunctions', {
      StartExecution({ stateMachineArn, name, input }) {
        if (stateMachineArn !== emitWorkflowArn) {
          throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
        }
        const execution = executions.start(String(name ?? randomUUID()), String(input ?? '{}'));
        return { executionArn: execution.arn, startDate: execution.startedAt / 1_000 };
      },
      DescribeExecution: ({ executionArn }) => description(executions.describe(String(executionArn))),
    }),
    options.port,
  );
  return {
    endpoint: url,
    stop: async () => {
      await close(server);
      sqs.destroy();
    },
  };
}

function description({ arn, name, input, startedAt, ended }: Execution): Record<string, unknown> {
  const common = { executionArn: arn, stateMachineArn: emitWorkflowArn, name, input, startDate: startedAt / 1_000 };
  if (!ended) return { ...common, status: 'RUNNING' };
  const { at, ...outcome } = ended;
  return { ...common, ...outcome, stopDate: at / 1_000 };
}
