import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayShardOf, dayShardsOf } from './day-shard.ts';

const day = '2026-11-24';
const hashOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

describe('the partitions of a day', () => {
  it('are those that its commits are in, whatever their hashes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(dayShardsOf(day)).toContain(dayShardOf({ at: `${day}T12:00:00.000Z`, hash: hashOf(bytes) }));
      }),
    ));

  it('are sixteen, and each has the commits of as many hashes', () => {
    const commits = Array.from({ length: 256 }, (_, byte) => hashOf(new Uint8Array(32).fill(byte)));
    const shards = commits.map((hash) => dayShardOf({ at: `${day}T12:00:00.000Z`, hash }));
    expect(dayShardsOf(day).map((shard) => shards.filter((one) => one === shard).length)).toEqual(Array(16).fill(16));
  });
});
