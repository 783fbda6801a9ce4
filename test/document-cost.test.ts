import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import measured from '../cost/measured.json' with { type: 'json' };
import { documentStore } from '../src/platform/documents/document-store.ts';
import { documentWriter } from '../src/platform/documents/document-writer.ts';
import type { KeptDocument } from '../src/platform/documents/encoding.ts';
import { documentPacks } from '../src/platform/documents/packs.ts';
import { packedAgain } from '../src/worker/unpacked.ts';
import { apiAs, example } from './stack/api.ts';
import { consumedBy } from './stack/consumed.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { commandDeps } from './stack/own-worker.ts';

const { documents: expected } = measured.emission;
/** Documents of today need no archive. */
const nowhere = { get: async () => undefined, putWhole: async () => {} };
const [client, auditor] = await Promise.all([apiAs('client'), apiAs('auditor')]);

type Message = Parameters<typeof packedAgain>[0];

/** What an exchange was on the wire, without its headers. */
function bytesOnWire(record: string): number {
  const { request, response } = JSON.parse(record) as { readonly request?: Message; readonly response?: Message };
  return packedAgain(request ?? response ?? {}).length;
}

/** The documents that the example leaves when it is issued at once, in the order they came. */
async function documentsOfAnEmission(): Promise<Record<'dps' | 'sent' | 'received' | 'nfse', KeptDocument>> {
  const { body: invoice } = await client.post('/invoices', example('emit-invoice'));
  await client.until(invoice.invoiceId, 'ISSUED');
  const { body } = await auditor.get(`/invoices/${invoice.invoiceId}/events`);
  const links = body.events.flatMap(({ documents }: { documents: object[] }) => documents);
  const linked = (kind: string) => links.find((link: { kind: string }) => link.kind === kind);
  const { answers } = (await auditor.get(linked('received').href)).body;
  const kept = async ({ name }: { name: string }) => {
    const key = `${invoice.invoiceId}/${name}`;
    return { key, content: await commandDeps.documents.get(key) };
  };
  return {
    dps: await kept(linked('dps')),
    sent: await kept(answers),
    received: await kept(linked('received')),
    nfse: await kept(linked('nfse')),
  };
}

it('the documents of an invoice cost what the model of the costs says (cost/measured.json)', async () => {
  const dynamo = dynamoDb();
  const { documents: tableName } = await ownTables(dynamo);
  const consumed = consumedBy(dynamo);
  const [emitFn, worker] = [documentWriter(dynamo, tableName), documentStore(dynamo, tableName, nowhere)];
  const units = { writeUnits: 0, readUnits: 0 };
  // The first one brings the certificates of its company and of the authority, which are kept once.
  for (const { dps, ...others } of [await documentsOfAnEmission(), await documentsOfAnEmission()]) {
    consumed();
    await emitFn.put(dps.key, dps.content);
    await worker.get(dps.key);
    for (const { key, content } of Object.values(others)) await worker.put(key, content);
    const { wcu = 0, rcu = 0 } = consumed()[tableName] ?? {};
    Object.assign(units, { writeUnits: wcu, readUnits: rcu });
  }
  expect(units).toEqual({ writeUnits: expected.writeUnits, readUnits: expected.readUnits });
});

it('the documents of an invoice have the bytes that the model says, in the table, in the archive and on the wire', async () => {
  const dynamo = dynamoDb();
  const { documents: TableName } = await ownTables(dynamo);
  const { dps, sent, received, nfse } = await documentsOfAnEmission();
  const all = [dps, sent, received, nfse];
  const store = documentWriter(dynamo, TableName);
  for (const { key, content } of all) await store.put(key, content);
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName }));
  const own = Items.filter(({ dayPart }) => !dayPart.startsWith('certificates'));
  const packs: Uint8Array[] = [];
  const bucket = {
    read: async () => undefined,
    putNew: async (_bucket: string, _key: string, pack: string | Uint8Array) => packs.push(Buffer.from(pack)) > 0,
  };
  await documentPacks(bucket, '').put({ day: '2026-11-26', shard: '00' }, 1, all);
  const sizes = {
    stored: own.length,
    tableBytes: own.reduce((bytes, { body, document }) => bytes + body.length + document.length, 0),
    archiveBytes: packs[0]?.length ?? 0,
    exchangedBytes: bytesOnWire(sent.content) + bytesOnWire(received.content),
  };
  expect(sizes.stored).toBe(expected.stored);
  expect(sizes.tableBytes).toBeLessThanOrEqual(expected.tableBytes);
  expect(sizes.archiveBytes).toBeLessThanOrEqual(expected.archiveBytes);
  expect(sizes.exchangedBytes).toBeLessThanOrEqual(expected.exchangedBytes);
});
