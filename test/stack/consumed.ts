import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Capacity units by table, as the engine reports them. */
export type Consumed = Readonly<Record<string, { readonly wcu: number; readonly rcu: number }>>;

const READS = new Set(['GetItemCommand', 'QueryCommand']);

/** Asks for the consumed capacity of every call of a client. @returns what it comes to since it was last asked */
export function consumedBy(client: DynamoDBClient): () => Consumed {
  let sums: Record<string, { wcu: number; rcu: number }> = {};
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as never });
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: ConsumedCapacity };
      const { TableName = '', CapacityUnits = 0 } = ConsumedCapacity ?? {};
      const sum = sums[TableName] ?? { wcu: 0, rcu: 0 };
      sums[TableName] = sum;
      sum[READS.has(context.commandName ?? '') ? 'rcu' : 'wcu'] += CapacityUnits;
      return result;
    },
    { step: 'initialize', name: 'consumedBy' },
  );
  return () => {
    const before = sums;
    sums = {};
    return before;
  };
}
