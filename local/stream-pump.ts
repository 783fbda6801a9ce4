import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { type CheckpointFile, openCheckpoint } from './stream-checkpoint.ts';
import { deliverInOrder } from './stream-delivery.ts';
import { lambdaRecord } from './stream-record.ts';

const IDLE_MS = 40;
const BUSY_MS = 5;
const TROUBLE_MS = 500;
const SHARDS_EVERY_MS = 10_000;

export interface StreamPumpOptions {
  readonly dynamoDb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly table: string;
  readonly checkpointFile: string;
  /** Between two reads of a shard; shorter where nobody says. Lambda reads four times a second. */
  readonly everyMs?: number;
  readonly deliver: (records: readonly DynamoDBRecord[]) => Promise<unknown>;
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Reads a table's stream and hands its records to a function, as Lambda's event source mapping does. Goes on where the
 * checkpoint says, else at the oldest record kept.
 */
export function startStreamPump(options: StreamPumpOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pumping = pump(options, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return pumping;
    },
  };
}

async function pump(options: StreamPumpOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      const streamArn = await latestStream(options);
      const checkpoint = await openCheckpoint(options.checkpointFile, streamArn);
      await followStream(options, streamArn, checkpoint, stopping);
    } catch (error) {
      if (stopping.aborted) return;
      options.onTrouble(error);
      await pause(TROUBLE_MS, stopping);
    }
  }
}

async function latestStream({ dynamoDb, table }: StreamPumpOptions): Promise<string> {
  const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName: table }));
  if (!Table?.LatestStreamArn) throw new Error(`${table} has no stream`);
  return Table.LatestStreamArn;
}

/** Follows every shard, each once its parent is done, and looks for new ones now and then. Ends when the pump stops. */
async function followStream(
  options: StreamPumpOptions,
  streamArn: string,
  checkpoint: CheckpointFile,
  stopping: AbortSignal,
): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  let trouble: unknown;
  while (!stopping.aborted && trouble === undefined) {
    const shards = await shardsOf(options, streamArn);
    const known = new Set(shards.map(({ ShardId }) => ShardId));
    for (const { ShardId: id, ParentShardId: parent } of shards) {
      const waits = parent !== undefined && known.has(parent) && !finished.has(parent);
      if (id === undefined || running.has(id) || waits) continue;
      const following = followShard(options, { streamArn, id }, checkpoint, stopping, () => trouble !== undefined).then(
        () => void finished.add(id),
        (error: unknown) => {
          trouble = error;
        },
      );
      running.set(id, following);
    }
    // A shard that ends has a child to follow at once.
    await Promise.race([
      pause(SHARDS_EVERY_MS, stopping),
      ...[...running].filter(([id]) => !finished.has(id)).map(([, run]) => run),
    ]);
  }
  await Promise.all(running.values());
  if (trouble !== undefined) throw trouble;
}

async function shardsOf({ streams }: StreamPumpOptions, streamArn: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const page = await streams.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ...(from !== undefined && { ExclusiveStartShardId: from }) }),
    );
    shards.push(...(page.StreamDescription?.Shards ?? []));
    from = page.StreamDescription?.LastEvaluatedShardId;
  } while (from !== undefined);
  return shards;
}

async function followShard(
  options: StreamPumpOptions,
  shard: { readonly streamArn: string; readonly id: string },
  checkpoint: CheckpointFile,
  stopping: AbortSignal,
  abandoned: () => boolean,
): Promise<void> {
  let iterator = await iteratorOf(options, shard, checkpoint.after(shard.id));
  while (iterator !== undefined && !stopping.aborted && !abandoned()) {
    const page = await recordsAt(options, iterator);
    if (!page) {
      await pause(IDLE_MS, stopping);
      iterator = await iteratorOf(options, shard, undefined);
      continue;
    }
    const { Records = [], NextShardIterator } = page;
    await deliverInOrder(
      Records.map((record) => lambdaRecord(record, shard.streamArn)),
      {
        deliver: options.deliver,
        done: (sequenceNumber) => checkpoint.record(shard.id, sequenceNumber),
        failed: (reason) => options.onTrouble(new Error(`Records wait: ${reason}`)),
        wait: (ms) => pause(ms, stopping),
        stopped: () => stopping.aborted,
      },
    );
    iterator = NextShardIterator;
    await pause(options.everyMs ?? (Records.length > 0 ? BUSY_MS : IDLE_MS), stopping);
  }
}

/** A page of the shard, or `undefined` when its place is gone: DynamoDB Local forgets the beginning of a shard that was empty. */
async function recordsAt(
  { streams }: StreamPumpOptions,
  iterator: string,
): Promise<GetRecordsCommandOutput | undefined> {
  try {
    return await streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
  } catch (error) {
    if (isTrimmed(error)) return undefined;
    throw error;
  }
}

function isTrimmed(error: unknown): boolean {
  return error instanceof Error && error.name === 'TrimmedDataAccessException';
}

async function iteratorOf(
  { streams }: StreamPumpOptions,
  { streamArn, id }: { streamArn: string; id: string },
  after: string | undefined,
): Promise<string | undefined> {
  const shard = { StreamArn: streamArn, ShardId: id };
  if (after !== undefined) {
    try {
      const resume = { ...shard, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const;
      return (await streams.send(new GetShardIteratorCommand(resume))).ShardIterator;
    } catch (error) {
      // The stream keeps a day: after a longer rest the place is gone, and the oldest record kept is the nearest to it.
      if (!isTrimmed(error)) throw error;
    }
  }
  return (await streams.send(new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'TRIM_HORIZON' })))
    .ShardIterator;
}

const pause = (ms: number, stopping: AbortSignal) => sleep(ms, undefined, { signal: stopping }).catch(() => undefined);
