import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Workflow } from '../commands/ports.ts';
import type { Work } from '../commands/work.ts';
import { httpSettings } from './http-settings.ts';

export const stepFunctions = (): SFNClient => new SFNClient({ requestHandler: httpSettings });

/**
 * EmitWorkflow. Each start has a name of its own: a start that is repeated must not be swallowed as a duplicate.
 *
 * @param withTrace adds the place in the trace that the message hangs from
 */
export function stepFunctionsWorkflow(
  client: SFNClient,
  stateMachineArn: string,
  newId: () => string,
  withTrace: (work: Work) => Work = (work) => work,
): Workflow {
  return {
    async start(work, inSeconds = 0) {
      const start = new StartExecutionCommand({
        stateMachineArn,
        name: `${work.invoiceId}-${newId()}`,
        input: JSON.stringify({ ...withTrace(work), delaySeconds: inSeconds }),
      });
      try {
        await client.send(start);
      } catch (error) {
        // The name is of this start alone: the SDK has sent it before, and its answer was lost.
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
  };
}
