import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';

const READS = new Set(['QueryCommand', 'ScanCommand', 'GetItemCommand', 'BatchGetItemCommand']);

export interface Consumed {
  readonly wcu: number;
  readonly rcu: number;
}

/**
 * Asks for the consumed capacity of every call of a client, and sums it: for a store that does not ask for it itself.
 *
 * @returns reads the sum so far
 */
export function sumConsumedCapacity(client: DynamoDBClient): () => Consumed {
  const sum = { wcu: 0, rcu: 0 };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as never });
      // A batch has one for each table.
      const { ConsumedCapacity = [] } = result.output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] };
      const units = [ConsumedCapacity].flat().reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0);
      if (READS.has(context.commandName ?? '')) sum.rcu += units;
      else sum.wcu += units;
      return result;
    },
    { step: 'initialize', name: 'sumConsumedCapacity' },
  );
  return () => ({ ...sum });
}
