import { readJson, replaceFile } from './durable-file.ts';

/** How far a stream was delivered, shard by shard. */
interface Checkpoint {
  readonly streamArn: string;
  readonly shards: Readonly<Record<string, string>>;
}

export interface CheckpointFile {
  /** The last sequence number done in this shard. */
  after(shardId: string): string | undefined;
  record(shardId: string, sequenceNumber: string): Promise<void>;
}

/** Opens the checkpoint of a stream. One of another stream (the tables were made anew) counts as none. */
export async function openCheckpoint(path: string, streamArn: string): Promise<CheckpointFile> {
  const kept = (await readJson(path)) as Checkpoint | undefined;
  const shards = new Map(kept?.streamArn === streamArn ? Object.entries(kept.shards) : []);
  let writing = Promise.resolve();
  return {
    after: (shardId) => shards.get(shardId),
    record(shardId, sequenceNumber) {
      shards.set(shardId, sequenceNumber);
      const text = JSON.stringify({ streamArn, shards: Object.fromEntries(shards) } satisfies Checkpoint);
      writing = writing.catch(() => undefined).then(() => replaceFile(path, text));
      return writing;
    },
  };
}
