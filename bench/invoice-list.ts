import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { localDynamoDb, startDynamoDb } from '../local/engines/dynamodb.ts';
import { createTables, defaultTableNames } from '../local/engines/tables.ts';
import { findJava } from '../local/java.ts';
import { portNear } from '../local/ports.ts';
import { commitOf, tipAfter } from '../src/events/commit.ts';
import { read } from '../src/events/event-store.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { dynamoDbInvoicesTable } from '../src/projections/invoices-table.ts';
import { draft, invoiceId, issued } from '../test/invoices.ts';
import { onInterruption } from './interruption.ts';
import { progress } from './progress.ts';
import { writeItems } from './write-items.ts';

const COMPANIES = 1_000;

/** How long it takes to read a company's newest hundred rows, in a table of so many, a thousand companies' alike. */
export async function timesToList(invoices: number, rounds: number): Promise<readonly number[]> {
  const java = await findJava(progress);
  progress('starting DynamoDB Local, in memory');
  const engine = await startDynamoDb({ java, port: await portNear(undefined) });
  onInterruption(() => engine.stop());
  try {
    const client = localDynamoDb(engine.endpoint);
    await createTables(client);
    await fill(client, invoices);
    const table = dynamoDbInvoicesTable(client, defaultTableNames.invoices);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      await table.list({ companyCnpj: companyOf(round * 37) }, 100);
      times.push(performance.now() - started);
    }
    client.destroy();
    return times;
  } finally {
    await engine.stop();
  }
}

const companyOf = (n: number): string => String(10_000_000_000_000 + (n % COMPANIES));

async function fill(client: DynamoDBDocumentClient, invoices: number): Promise<void> {
  const first = commitOf(draft());
  const commits = [first, commitOf(draft({ tip: tipAfter(first), events: [issued], commitId: '2' }))];
  const { invoice, tip } = read(invoiceId, commits);
  const row = rowOf(invoice as LivingInvoice, tip, 300);
  await writeItems(client, defaultTableNames.invoices, {
    from: 0,
    to: invoices,
    itemAt: (n) => ({
      ...row,
      invoiceId: `inv_${n.toString(16).padStart(26, '0')}`,
      companyCnpj: companyOf(n),
      createdAt: new Date(Date.UTC(2026, 0, 1) + n * 30_000).toISOString(),
    }),
  });
}
