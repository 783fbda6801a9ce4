import { DynamoDBServiceException, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';

export interface Fault {
  readonly error: Error;
  /** The call takes effect all the same: its answer is what is lost. */
  readonly takesEffect?: true;
  /** The problem that a client is told of. */
  readonly code: 'throttled' | 'unavailable';
}

const refusal = (name: string) =>
  new DynamoDBServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
const cut = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

export const FAULTS: Readonly<Record<string, Fault>> = {
  'a throttled table': {
    error: new ProvisionedThroughputExceededException({ message: 'throttled', $metadata: {} }),
    code: 'throttled',
  },
  'a throttled account': { error: refusal('ThrottlingException'), code: 'throttled' },
  'expired credentials': { error: refusal('ExpiredTokenException'), code: 'unavailable' },
  'a connection that is cut before the call arrives': { error: cut, code: 'unavailable' },
  'a connection that is cut after the call took effect': { error: cut, takesEffect: true, code: 'unavailable' },
};

/** DynamoDB Local behind the clients of this process, of which one call can be made to fail. */
export function interruptedDynamoDb() {
  const send = DynamoDBDocumentClient.prototype.send as (this: unknown, command: unknown) => Promise<unknown>;
  const mock = mockClient(DynamoDBDocumentClient);
  let next: { callsLeft: number; readonly fault: Fault; failed?: string } | undefined;
  mock.send.callsFake(async function (this: unknown, command: object) {
    if (!next || --next.callsLeft !== 0) return send.call(this, command);
    next.failed = command.constructor.name;
    if (next.fault.takesEffect) await send.call(this, command);
    throw next.fault.error;
  } as never);
  return {
    /**
     * Fails the call of that place among those that `run` makes, counted from 1.
     *
     * @returns the name of the command that failed; `undefined` where there were fewer calls
     */
    async failing<T>(
      place: number,
      fault: Fault,
      run: () => Promise<T>,
    ): Promise<{ result: T; failed: string | undefined }> {
      const interruption: NonNullable<typeof next> = { callsLeft: place, fault };
      next = interruption;
      try {
        const result = await run();
        return { result, failed: interruption.failed };
      } finally {
        next = undefined;
      }
    },
    restore: () => mock.restore(),
  };
}
