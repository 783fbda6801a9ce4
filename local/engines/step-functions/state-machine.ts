import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Run } from './executions.ts';

const SEND_MESSAGE = 'arn:aws:states:::sqs:sendMessage';

/**
 * Runs a definition of the Amazon States Language. Its tasks that send to SQS do so with a real client, as the service does.
 *
 * @param text the definition, with `${Name}` where the infrastructure fills in a value
 */
export function stateMachine(options: {
  text: string;
  values: Readonly<Record<string, string>>;
  sqs: SQSClient;
  now(): number;
}): Run {
  const definition = JSON.parse(fill(options.text, options.values)) as StateMachineDefinition;
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const sends = Object.entries(definition.States)
    .filter(([, state]) => state.Type === 'Task' && state.Resource === SEND_MESSAGE)
    .map(([name]) => [name, (parameters: unknown) => sendMessage(options.sqs, parameters)] as const);
  const taskResourceLocalHandlers = Object.fromEntries(sends);

  return async (input, name) => {
    const context = {
      Execution: { Name: name, Input: input as never, StartTime: new Date(options.now()).toISOString() },
    };
    const execution = machine.run(input as never, { overrides: { taskResourceLocalHandlers }, context });
    // The log tells why an execution failed; the rejected result only says that it did.
    const failure = reasonOf(execution.eventLogs);
    try {
      return { status: 'SUCCEEDED', output: JSON.stringify(await execution.result), at: options.now() };
    } catch {
      return { status: 'FAILED', ...(await failure), at: options.now() };
    }
  };
}

async function reasonOf(log: ReturnType<StateMachine['run']>['eventLogs']): Promise<{ error: string; cause: string }> {
  for await (const event of log) {
    if (event.type === 'ExecutionFailed') return { error: event.Error, cause: String(event.Cause ?? '') };
  }
  return { error: 'States.Runtime', cause: '' };
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => JSON.stringify(values[name] ?? whole).slice(1, -1));
}

async function sendMessage(sqs: SQSClient, parameters: unknown) {
  const { QueueUrl, MessageBody, MessageGroupId, DelaySeconds } = parameters as {
    QueueUrl: string;
    MessageBody: unknown;
    MessageGroupId?: string;
    DelaySeconds?: number;
  };
  const { MessageId, MD5OfMessageBody } = await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      // The service turns a body that is JSON into its text.
      MessageBody: typeof MessageBody === 'string' ? MessageBody : JSON.stringify(MessageBody),
      ...(MessageGroupId !== undefined && { MessageGroupId }),
      ...(DelaySeconds !== undefined && { DelaySeconds }),
    }),
  );
  return { MessageId: MessageId ?? '', MD5OfMessageBody: MD5OfMessageBody ?? '' };
}
