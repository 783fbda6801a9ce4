import { DatabaseErrorException, DatabaseResumingException, RDSDataClient } from '@aws-sdk/client-rds-data';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { draft, invoiceId } from '../../../test/invoices.ts';
import { commitOf } from '../../events/commit.ts';
import { overDataApi } from './connect.ts';
import { DatabaseUnavailable } from './database.ts';
import { feedAfter } from './feed.ts';
import { patient } from './patience.ts';
import { recordsOf } from './records.ts';
import { writeRecords } from './reporting-store.ts';
import { REPORTS } from './reports/catalogue.ts';
import { runReport } from './reports/report.ts';
import { live } from './schema.ts';

interface Sent {
  readonly sql: string;
  readonly parameters: readonly { readonly name: string; readonly value: Readonly<Record<string, unknown>> }[];
}

const location = { clusterArn: 'arn:aws:rds:cluster', secretArn: 'arn:aws:secretsmanager:secret', database: 'nfse' };

/** The Data API, which takes what the SDK would send, and answers in turn. */
function dataApi(...answers: readonly (readonly object[] | Error)[]) {
  const sent: Sent[] = [];
  const client = new RDSDataClient({ region: 'sa-east-1' });
  client.send = (async ({ input }: { input: Sent }) => {
    const answer = answers[sent.length] ?? [];
    sent.push(structuredClone(input));
    if (answer instanceof Error) throw answer;
    return {
      columnMetadata: [{ name: 'row' }],
      records: answer.map((row) => [{ stringValue: JSON.stringify(row) }]),
    };
  }) as never;
  return { sent, database: overDataApi(client, location) };
}

const asleep = () => new DatabaseResumingException({ message: 'The Aurora DB instance is resuming', $metadata: {} });
const records = recordsOf(invoiceId, [commitOf(draft())]);

describe('the reporting tables over the Data API', () => {
  it('are written in one statement, whose rows are two texts', async () => {
    const { sent, database } = dataApi([{ written: 1 }]);
    expect(await writeRecords(database, live, records ? [records] : [])).toBe(1);
    expect(sent).toEqual([
      expect.objectContaining({
        resourceArn: location.clusterArn,
        secretArn: location.secretArn,
        database: 'nfse',
        parameters: [
          expect.objectContaining({ name: '1', value: { stringValue: expect.stringContaining('"commit_hash"') } }),
          expect.objectContaining({ name: '2', value: { stringValue: expect.stringContaining('"iss_municipality"') } }),
        ],
      }),
    ]);
  });

  it.each(REPORTS)(
    'answer the report $name with parameters that are texts and whole numbers, by name',
    async (report) => {
      const { sent, database } = dataApi([{ invoices: 1 }]);
      const scope = {
        companies: ['11222333000181', '12345678000195'],
        from: '2026-11-01',
        to: '2026-11-30',
        by: ['day'] as const,
      };
      expect(await runReport(database, live, report, scope, { limit: 10, offset: 0 })).toEqual({
        rows: [{ invoices: 1 }],
        more: false,
      });
      const [{ sql: text, parameters } = { sql: '', parameters: [] }] = sent;
      expect(text).not.toMatch(/\$\d/);
      expect(parameters.map(({ name }) => name)).toEqual(parameters.map((_, place) => String(place + 1)));
      for (const { name, value } of parameters) {
        expect(text).toContain(`:${name}`);
        expect(Object.keys(value).join()).toMatch(/^(stringValue|longValue)$/);
      }
    },
  );

  it('give the feed, positions as numbers', async () => {
    const { database } = dataApi([{ position: 9_007_199_254 }]);
    expect(await feedAfter(database, live, '*', 0, 10)).toEqual([{ position: 9_007_199_254 }]);
  });

  it('are asked again while Aurora wakes up', async () => {
    const { sent, database } = dataApi(asleep(), asleep(), [{ n: 1 }]);
    const patience = { tries: 3, firstWaitMs: 1, longestWaitMs: 2, onlyResuming: true };
    expect(await patient(database, patience).rows(sql`select 1`)).toEqual([{ n: 1 }]);
    expect(sent).toHaveLength(3);
  });

  it('are said to be unavailable when it does not wake up in time', async () => {
    const { database } = dataApi(asleep(), asleep(), asleep());
    const patience = { tries: 2, firstWaitMs: 1, longestWaitMs: 2 };
    await expect(patient(database, patience).rows(sql`select 1`)).rejects.toMatchObject({ resuming: true });
  });

  it('make a person wait for nothing but the waking up', async () => {
    const missing = new DatabaseErrorException({ message: 'ERROR: no table; SQLState: 42P01', $metadata: {} });
    const { sent, database } = dataApi(missing, []);
    const patience = { tries: 3, firstWaitMs: 1, longestWaitMs: 2, onlyResuming: true };
    await expect(patient(database, patience).rows(sql`select 1`)).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(sent).toHaveLength(1);
  });

  it('tell what they refuse for its values', async () => {
    const refused = new DatabaseErrorException({ message: 'ERROR: out of range; SQLState: 22003', $metadata: {} });
    const { database } = dataApi(refused);
    await expect(database.rows(sql`select 1`)).rejects.toMatchObject({
      code: 'refused-by-database',
      sqlState: '22003',
    });
  });
});
