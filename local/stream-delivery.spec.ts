import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { deliverInOrder } from './stream-delivery.ts';

const records = (count: number): DynamoDBRecord[] =>
  Array.from({ length: count }, (_, i) => ({ dynamodb: { SequenceNumber: String(i + 1) } }));
const names = (batch: readonly DynamoDBRecord[]) => batch.map((record) => record.dynamodb?.SequenceNumber ?? '');

async function run(count: number, deliver: (sequenceNumbers: string[], call: number) => unknown) {
  const seen: string[][] = [];
  const checkpoints: string[] = [];
  const waits: number[] = [];
  await deliverInOrder(records(count), {
    deliver: async (batch) => {
      seen.push(names(batch));
      return deliver(names(batch), seen.length);
    },
    done: async (sequenceNumber) => void checkpoints.push(sequenceNumber),
    failed: () => undefined,
    wait: async (ms) => void waits.push(ms),
    stopped: () => false,
  });
  return { seen, checkpoints, waits };
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

  it('holds a record that fails until it works, ever more slowly, and then goes on with those behind it', async () => {
    const { seen, checkpoints, waits } = await run(3, (batch, call) =>
      batch.includes('2') && call < 20 ? failing('2') : undefined,
    );
    expect(seen.filter((batch) => batch.includes('2'))).toHaveLength(20);
    expect(waits.at(0)).toBe(50);
    expect(waits.at(-1)).toBe(5_000);
    expect(checkpoints).toEqual(['1', '3']);
  });

  it('finds the record that makes the function throw by halving, and delivers those before it', async () => {
    const { seen, checkpoints } = await run(8, (batch, call) => {
      if (batch.includes('6') && call < 10) throw new Error('defect');
    });
    expect(seen.filter((batch) => batch.length === 1 && batch[0] === '6').length).toBeGreaterThan(1);
    expect(checkpoints).toContain('5');
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
