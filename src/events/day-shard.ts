import type { Commit } from './commit.ts';

/** Partitions of a day in the index. Each takes 1,000 writes a second, and a query of each is what reading an empty day costs. */
const SHARDS = [...'0123456789abcdef'];

/** Partition of the index by day that has a commit: `2026-11-24/c`. The commit's hash spreads the commits of a day evenly. */
export function dayShardOf({ at, hash }: Pick<Commit, 'at' | 'hash'>): string {
  const [firstByte = 0] = Buffer.from(hash.slice(0, 2), 'base64url');
  return `${at.slice(0, 10)}/${SHARDS[firstByte % SHARDS.length]}`;
}

/** All partitions of a day. */
export function dayShardsOf(day: string): readonly string[] {
  return SHARDS.map((shard) => `${day}/${shard}`);
}
