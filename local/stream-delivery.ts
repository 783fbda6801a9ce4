import type { DynamoDBRecord } from 'aws-lambda';

const BATCH_SIZE = 100;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;

export interface Delivery {
  /** Calls the function. Its answer may name records that failed. */
  readonly deliver: (records: readonly DynamoDBRecord[]) => Promise<unknown>;
  /** Everything up to and with this record is done. */
  readonly done: (sequenceNumber: string) => Promise<void>;
  /** Told each time why records have to wait. */
  readonly failed: (reason: string) => void;
  readonly wait: (ms: number) => Promise<void>;
  readonly stopped: () => boolean;
}

/**
 * Delivers records of one shard in their order, as an event source mapping with `ReportBatchItemFailures`, bisecting on errors and
 * without a limit of retries does: a retry begins at the lowest record that failed, and those behind it wait. What can never work is
 * for the function to park.
 */
export async function deliverInOrder(records: readonly DynamoDBRecord[], delivery: Delivery): Promise<void> {
  let rest = records;
  let size = BATCH_SIZE;
  let tries = 0;
  while (rest.length > 0 && !delivery.stopped()) {
    const batch = rest.slice(0, size);
    const outcome = await attempt(batch, delivery);
    const good = outcome.failedAt ?? batch.length;
    if (good > 0) {
      await delivery.done(sequenceOf(batch[good - 1]));
      rest = rest.slice(good);
      tries = 0;
    }
    if (outcome.failedAt === undefined) {
      size = BATCH_SIZE;
      continue;
    }
    // Which record made the function throw is not known until one stands alone; only then is there a reason to wait.
    size = outcome.reported ? BATCH_SIZE : Math.ceil(batch.length / 2);
    if (outcome.reported || batch.length === 1) tries++;
    delivery.failed(outcome.reason);
    if (tries > 0) await delivery.wait(Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS));
  }
}

interface Outcome {
  /** Place of the lowest record that failed. */
  readonly failedAt?: number;
  readonly reported: boolean;
  readonly reason: string;
}

async function attempt(batch: readonly DynamoDBRecord[], { deliver }: Delivery): Promise<Outcome> {
  try {
    const failures = failuresIn(await deliver(batch));
    const places = failures.map((id) => batch.findIndex((record) => sequenceOf(record) === id));
    if (places.length === 0) return { reported: true, reason: '' };
    // A name that is not in the batch fails all of it, as it does for Lambda.
    return { failedAt: Math.max(0, Math.min(...places)), reported: true, reason: 'reported in batchItemFailures' };
  } catch (error) {
    return {
      failedAt: 0,
      reported: false,
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

function failuresIn(answer: unknown): readonly string[] {
  const failures = (answer as { batchItemFailures?: readonly { itemIdentifier?: string }[] } | null | undefined)
    ?.batchItemFailures;
  return (failures ?? []).map(({ itemIdentifier }) => itemIdentifier ?? '');
}

const sequenceOf = (record: DynamoDBRecord | undefined) => record?.dynamodb?.SequenceNumber ?? '';
