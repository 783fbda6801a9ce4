import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { deliverInOrder } from './stream-delivery.ts';

const records = (count: number): DynamoDBRecord[] =>
  Array.from({ length: count }, (_, i) => ({ dynamodb: { SequenceNumber: String(i + 1) } }));
const names = (batch: readonly DynamoDBRecord[]) => batch.map((record) => record.dynamodb?.SequenceNumber ?? '');

async function run(count: number, deliver: (sequenceNumbers: string[], call: number) => unknown) {
  const seen: string[][] = [];
  const checkpoints: string[] = [];
  const givenUp: string[] = [];
  await deliverInOrder(records(count), {
    deliver: async (batch) => {
      seen.push(names(batch));
      return deliver(names(batch), seen.length);
    },
    done: async (sequenceNumber) => void checkpoints.push(sequenceNumber),
    giveUp: async (record) => void givenUp.push(...names([record])),
    wait: async () => undefined,
    stopped: () => false,
  });
  return { seen, checkpoints, givenUp };
}

const failing = (...itemIdentifiers: string[]) => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('delivering the records of a shard', () => {
  it('hands over at most a hundred at a time', async () => {
    const { seen, checkpoints } = await run(250, () => undefined);
    expect(seen.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(checkpoints).toEqual(['100', '200', '250']);
  });

  it('begins again at the lowest record that failed', async () => {
    const { seen, checkpoints } = await run(4, (_, call) => (call === 1 ? failing('3', '2') : undefined));
    expect(seen).toEqual([
      ['1', '2', '3', '4'],
      ['2', '3', '4'],
    ]);
    expect(checkpoints).toEqual(['1', '4']);
  });

  it('gives up one record after ten tries and goes on with those behind it', async () => {
    const { seen, checkpoints, givenUp } = await run(3, (batch) => (batch.includes('2') ? failing('2') : undefined));
    expect(seen.filter((batch) => batch.includes('2'))).toHaveLength(10);
    expect(givenUp).toEqual(['2']);
    expect(checkpoints.at(-1)).toBe('3');
  });

  it('finds the record that makes the function throw by halving, without giving up its neighbours', async () => {
    const { givenUp, checkpoints } = await run(8, (batch) => {
      if (batch.includes('6')) throw new Error('defect');
    });
    expect(givenUp).toEqual(['6']);
    expect(checkpoints.at(-1)).toBe('8');
  });

  it('fails the whole batch when a name is reported that is not in it', async () => {
    const { seen } = await run(2, (_, call) => (call === 1 ? failing('unheard of') : undefined));
    expect(seen).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });
});
