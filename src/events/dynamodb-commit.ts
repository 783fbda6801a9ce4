import type { Item } from '../aws/document-client.ts';
import type { Commit } from './commit.ts';
import { dayShardOf } from './day-shard.ts';

/** A commit as an item of EventsTable. `dayShard` puts it into the index by day; it is no part of the commit, nor of its hash. */
export function commitItem(commit: Commit): Item {
  return { ...commit, dayShard: dayShardOf(commit) };
}

/** The commit in an item, as it lies there: somebody may have edited it, which the chain of hashes tells. */
export function commitInItem({ dayShard: _, ...commit }: Item): Commit {
  return commit as Commit;
}
