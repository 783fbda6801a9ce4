import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { startStreamPump } from './stream-pump.ts';

/** At Lambda's own pace: a statement for each event would take the machine's time from the service itself. */
const REPORTING_EVERY_MS = 250;

export interface ProjectorPumpsOptions {
  /** Where their places in the stream are kept. */
  readonly dataDir: string;
  readonly invoices: (event: DynamoDBStreamEvent) => Promise<unknown>;
  readonly reporting?: (event: DynamoDBStreamEvent) => Promise<unknown>;
  readonly onTrouble: (error: unknown, projector: string) => void;
}

/** Hands the stream of EventsTable to the projectors, each with a place of its own in it. */
export function startProjectorPumps({ dataDir, invoices, reporting, onTrouble }: ProjectorPumpsOptions): {
  stop(): Promise<void>;
} {
  const pumpTo = (name: string, project: ProjectorPumpsOptions['invoices'], checkpoint: string, everyMs?: number) =>
    startStreamPump({
      dynamoDb: new DynamoDBClient({}),
      // The streams have no endpoint variable of their own name in every SDK version, so it is given.
      streams: new DynamoDBStreamsClient({ endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '' }),
      table: process.env.EVENTS_TABLE ?? '',
      checkpointFile: join(dataDir, checkpoint),
      ...(everyMs === undefined ? {} : { everyMs }),
      deliver: (Records) => project({ Records: [...Records] }),
      onTrouble: (error) => onTrouble(error, name),
    });
  const pumps = [
    pumpTo('projector', invoices, 'stream-checkpoint.json'),
    ...(reporting ? [pumpTo('reporting-projector', reporting, 'reporting-checkpoint.json', REPORTING_EVERY_MS)] : []),
  ];
  return { stop: async () => void (await Promise.all(pumps.map((pump) => pump.stop()))) };
}
