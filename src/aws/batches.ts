import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from './document-client.ts';
import { awsFault } from './faults.ts';

/** DynamoDB's own limits. */
export const MAX_BATCH_KEYS = 100;
export const MAX_BATCH_WRITES = 25;

/** How long a batch insists on what DynamoDB leaves unprocessed. */
export interface BackOff {
  /** Requests for one batch, the first included. */
  readonly maxTries: number;
  readonly pause: (ms: number) => Promise<unknown>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Somebody waits for the answer: pauses of 0.4 seconds at most, in all. */
export const REQUEST_BACK_OFF: BackOff = { maxTries: 5, pause, random: Math.random };
/** A rebuild or an audit has time: pauses of half a minute at most, in all. */
export const JOB_BACK_OFF: BackOff = { maxTries: 13, pause, random: Math.random };

const MIN_PAUSE_MS = 25;
const MAX_PAUSE_MS = 5_000;
const MAX_KEYS_IN_MESSAGE = 3;

/** DynamoDB left a part of a batch unprocessed in every try: the table is throttled. What is not in `remaining` was processed. */
export class BatchUnfinished extends Error {
  override readonly name = 'BatchUnfinished';
  readonly code = 'batch-unfinished';
  readonly tableName: string;
  /** The keys that were not read, or the writes that were not made. */
  readonly remaining: readonly unknown[];
  constructor(tableName: string, remaining: readonly unknown[], keys: readonly unknown[], cause?: unknown) {
    const shown = keys.slice(0, MAX_KEYS_IN_MESSAGE).map((key) => JSON.stringify(key));
    const more = remaining.length > shown.length ? ' and others' : '';
    super(`${tableName} is throttled: ${remaining.length} keys remain, ${shown.join(', ')}${more}`, { cause });
    this.tableName = tableName;
    this.remaining = remaining;
  }
}

export interface BatchRead extends Omit<NonNullable<BatchGetCommandInput['RequestItems']>[string], 'Keys'> {
  readonly tableName: string;
  /** Any number of keys, each once. */
  readonly keys: readonly Item[];
}

/**
 * @returns the items that exist, in no order
 * @throws BatchUnfinished
 */
export async function batchGet(
  client: DynamoDBDocumentClient,
  { tableName, keys, ...options }: BatchRead,
  backOff: BackOff,
): Promise<Item[]> {
  const found: Item[] = [];
  const read = async (Keys: Item[]) => {
    const RequestItems = { [tableName]: { ...options, Keys } };
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetCommand({ RequestItems }));
    found.push(...(Responses?.[tableName] ?? []));
    return UnprocessedKeys?.[tableName]?.Keys ?? [];
  };
  await inBatches(keys, MAX_BATCH_KEYS, read, backOff, (remaining, cause) => {
    return new BatchUnfinished(tableName, remaining, remaining, cause);
  });
  return found;
}

export type BatchedWrite = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

/**
 * Puts and deletes, each by itself: a part of them may be done when this throws.
 *
 * @throws BatchUnfinished
 */
export async function batchWrite(
  client: DynamoDBDocumentClient,
  tableName: string,
  writes: readonly BatchedWrite[],
  backOff: BackOff,
): Promise<void> {
  const write = async (part: BatchedWrite[]) => {
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: part } }));
    return UnprocessedItems?.[tableName] ?? [];
  };
  await inBatches(writes, MAX_BATCH_WRITES, write, backOff, (remaining, cause) => {
    // An item may hold personal data, which a message must not.
    const keys = remaining.flatMap(({ DeleteRequest }) => DeleteRequest?.Key ?? []);
    return new BatchUnfinished(tableName, remaining, keys, cause);
  });
}

/** @param send returns what was left unprocessed */
async function inBatches<Request>(
  requests: readonly Request[],
  size: number,
  send: (batch: Request[]) => Promise<Request[]>,
  { maxTries, pause, random }: BackOff,
  unfinished: (remaining: Request[], cause: unknown) => BatchUnfinished,
): Promise<void> {
  for (let from = 0; from < requests.length; from += size) {
    let batch = requests.slice(from, from + size);
    for (let tries = 1; batch.length > 0; tries++) {
      let cause: unknown;
      try {
        batch = await send(batch);
      } catch (error) {
        // DynamoDB says so where it processed nothing at all.
        if (awsFault(error) !== 'throttled') throw error;
        cause = error;
      }
      if (batch.length > 0 && tries === maxTries) throw unfinished([...batch, ...requests.slice(from + size)], cause);
      if (batch.length > 0) await pause(pauseMs(tries, random()));
    }
  }
}

/** Twice as long each time, of which the second half is drawn: those who were throttled together do not return together. */
function pauseMs(tries: number, random: number): number {
  return Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** (tries - 1)) * (0.5 + random / 2);
}
