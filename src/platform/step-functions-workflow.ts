import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Workflow } from '../commands/ports.ts';
import { httpSettings } from './http-settings.ts';
import { carryingTrace, traced } from './tracer.ts';

export const stepFunctions = (): SFNClient => traced(new SFNClient({ requestHandler: httpSettings }));

/** EmitWorkflow. Each start has a name of its own: a start that is repeated must not be swallowed as a duplicate. */
export function stepFunctionsWorkflow(client: SFNClient, stateMachineArn: string, newId: () => string): Workflow {
  return {
    async start(work, inSeconds = 0) {
      const start = new StartExecutionCommand({
        stateMachineArn,
        name: `${work.invoiceId}-${newId()}`,
        input: JSON.stringify({ ...carryingTrace(work), delaySeconds: inSeconds }),
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
