// The projectors on the stream of EventsTable as local/functions.ts runs them, without the API beside them. Tells its parent when
// commits have become rows.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type Handler, invoke } from '../../local/lambda.ts';
import { startProjectorPumps } from '../../local/projector-pumps.ts';

/** Commits that had become rows by `at`, each told once. */
export interface Projected {
  readonly projection: 'invoices' | 'reporting';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When each was committed, likewise. */
  readonly committedAt: readonly number[];
}

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, reporting: { type: 'boolean', default: false } },
});
const FIFTEEN_MINUTES_MS = 900_000;

async function projector(projection: Projected['projection'], name: string) {
  const { handler } = (await import(`../../src/handlers/${name}.ts`)) as { readonly handler: Handler };
  return async (event: DynamoDBStreamEvent) => {
    const call = { functionName: name, awsRequestId: randomUUID(), timeoutMs: FIFTEEN_MINUTES_MS };
    const answer = (await invoke(handler, event, call)) as DynamoDBBatchResponse;
    const at = Date.now();
    // From the first that failed on, records come again.
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = event.Records.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''));
    const done = first === -1 ? event.Records : event.Records.slice(0, first);
    const committedAt = done.map(({ dynamodb }) => Date.parse(dynamodb?.NewImage?.at?.S ?? ''));
    process.send?.({ projection, at, committedAt } satisfies Projected);
    return answer;
  };
}

const pumps = startProjectorPumps({
  dataDir: values.data,
  invoices: await projector('invoices', 'projector'),
  ...(values.reporting && { reporting: await projector('reporting', 'reporting-projector') }),
  onTrouble: (error, name) => process.stderr.write(`${name}: ${error instanceof Error ? error.stack : error}\n`),
});
process.once('SIGTERM', async () => {
  await pumps.stop();
  process.exit(0);
});
process.send?.('ready');
