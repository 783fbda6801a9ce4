import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const CALLS = 6;
const WARM_UP = 200;
const MEASURED = 600;

/** DynamoDB whose answers are made in the process: everything of a call but the network. */
export function stubbedDynamoDb(): DynamoDBClient {
  return new DynamoDBClient({
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async () => ({
        response: {
          statusCode: 200,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: Readable.from([Buffer.from('{}')]),
        },
      }),
    },
  });
}

/** As many calls as an emission or a message makes, one after the other. */
export async function callSixTimes(client: DynamoDBClient): Promise<void> {
  for (let call = 0; call < CALLS; call++) {
    await client.send(new PutItemCommand({ TableName: 'EventsTable', Item: { invoiceId: { S: 'inv_1' } } }));
  }
}

/** The header of a new trace, of which so many in a hundred are sampled. */
export function newTraceHeader(number: number, sampledPercent: number): string {
  const root = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return `Root=${root};Parent=53995c3f42cd8ad8;Sampled=${number % 100 < sampledPercent ? 1 : 0}`;
}

/** Tells the parent how much processor time one unit takes in milliseconds, after a warm-up, and ends the process. */
export async function report(
  unit: (number: number) => Promise<unknown>,
  concurrency: number,
  flush: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await all(unit, WARM_UP, concurrency);
  const before = process.cpuUsage();
  await all(unit, MEASURED, concurrency);
  await flush();
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / 1000 / MEASURED, () => process.exit(0));
}

async function all(unit: (number: number) => Promise<unknown>, units: number, concurrency: number): Promise<void> {
  let next = 0;
  const line = async () => {
    while (next < units) await unit(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, line));
}
