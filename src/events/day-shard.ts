import type { Commit } from './commit.ts';

/** Characters of a base64url hash. A commit's first one spreads the commits of a day evenly over as many partitions of the index. */
const SHARDS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

/** Partition of the index by day that has a commit: `2026-11-24/q`. One partition a day would take at most 1,000 writes a second. */
export function dayShardOf({ at, hash }: Pick<Commit, 'at' | 'hash'>): string {
  return `${at.slice(0, 10)}/${hash.charAt(0)}`;
}

/** All partitions of a day. */
export function dayShardsOf(day: string): readonly string[] {
  return SHARDS.map((shard) => `${day}/${shard}`);
}
