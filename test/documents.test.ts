import { randomBytes, randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DocumentDamaged, DocumentMissing } from '../src/commands/ports.ts';
import { documentKey } from '../src/events/document-key.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { documentStore } from '../src/platform/documents/document-store.ts';
import { DocumentTooLarge, documentWriter } from '../src/platform/documents/document-writer.ts';
import type { KeptDocument } from '../src/platform/documents/encoding.ts';
import { DAYS_IN_TABLE } from '../src/platform/documents/items.ts';
import { documentPacks } from '../src/platform/documents/packs.ts';
import { type DayPart, dayPartOf } from '../src/platform/documents/place.ts';
import { s3DocumentArchive } from '../src/platform/documents/s3-archive.ts';
import { s3 } from '../src/platform/s3.ts';
import { companyCnpj } from './invoices.ts';
import { credentials } from './stack/api.ts';
import { consumedBy } from './stack/consumed.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { aws } from './stack/own-worker.ts';

const client = dynamoDb();
const { documents: tableName } = await ownTables(client);
const consumed = consumedBy(client);
const { endpoints, bucket } = credentials();
const objects = s3({ region: aws.region, endpoint: endpoints.s3, forcePathStyle: true }, aws.credentials);
const archive = s3DocumentArchive(objects, bucket);
/** As many processes as are asked for: none knows what another had last. */
const process = (of: DynamoDBDocumentClient = client) => documentStore(of, tableName, archive);

// The engine takes out what has expired, as the table does.
const at = new Date().toISOString();
const DAY_MS = 86_400_000;
const newInvoice = () => invoiceIdFor(companyCnpj, randomUUID());
const noise = (bytes: number) => randomBytes(bytes).toString('base64');
const keyOf = (invoiceId: ReturnType<typeof newInvoice>, kind: string, content: string) =>
  documentKey(invoiceId, kind, content, 'xml', at);
/** As keys were before documents were kept by day. */
const withoutDay = (key: string) => key.replace(/-\d{8}-/, '-');

/** Stores what an emission leaves: each has the one before it within. */
async function story(invoiceId = newInvoice()) {
  const certificate = `<X509Certificate>${noise(1_500)}</X509Certificate>`;
  const dps = `<DPS>${noise(400)}</DPS>`;
  const sent = `<sent>${dps}${certificate}</sent>`;
  const received = `<received>${sent}</received>`;
  const store = process();
  const kept = Object.entries({ dps, sent, received }).map(([kind, content]) => ({
    key: keyOf(invoiceId, kind, content),
    content,
  }));
  for (const { key, content } of kept) await store.put(key, content);
  return { invoiceId, kept };
}

const Key = (key: string) => {
  const part = dayPartOf(key);
  return { dayPart: `${part?.day}#${part?.shard}`, document: key };
};
/** The local engine would write over one that is there. */
const nextPack = async (part: DayPart) => 1 + (await Array.fromAsync(documentPacks(objects, bucket).of(part))).length;
const remove = (key: string) => client.send(new DeleteCommand({ TableName: tableName, Key: Key(key) }));

describe('a document', () => {
  it('is read as it was stored, by whichever process', async () => {
    const { kept } = await story();
    for (const { key, content } of kept) expect(await process().get(key)).toBe(content);
  });

  it('rests on what came before it of its invoice: an answer costs one unit, whatever it repeats', async () => {
    const { invoiceId, kept } = await story();
    const answer = `<again>${kept.map(({ content }) => content).join('')}</again>`;
    const key = keyOf(invoiceId, 'nfse', answer);
    const store = process();
    await store.get(kept.at(-1)?.key ?? '');
    consumed();
    await store.put(key, answer);
    expect(consumed()).toEqual({ [tableName]: { wcu: 1, rcu: 0 } });
    expect(await process().get(key)).toBe(answer);
  });

  it('of a company costs its certificate once', async () => {
    const store = process();
    const certificate = `<X509Certificate>${noise(1_500)}</X509Certificate>`;
    const units = [];
    for (const text of ['first', 'second', 'third']) {
      const content = `<sent>${text}${certificate}</sent>`;
      consumed();
      await store.put(keyOf(newInvoice(), 'sent', content), content);
      units.push(consumed()[tableName]?.wcu);
    }
    expect(units).toEqual([1 + 2, 1, 1]);
  });

  it('stored twice is stored once, and says nothing of it', async () => {
    const { kept } = await story();
    const [{ key, content }] = kept as [(typeof kept)[0]];
    await Promise.all([process().put(key, content), process().put(key, content)]);
    expect(await process().get(key)).toBe(content);
  });

  it('that another process stored before, on more than this one knows, is not what the next ones rest on', async () => {
    const { invoiceId, kept } = await story();
    const [first, second] = [process(), process()];
    await first.get(kept.at(-1)?.key ?? '');
    const note = '<nfse/>';
    await first.put(keyOf(invoiceId, 'nfse', note), note);
    const later = [note, '<asked/>', '<answered/>', '<event/>'].map((content) => ({
      key: keyOf(invoiceId, 'nfse', content),
      content,
    }));
    for (const { key, content } of later) await second.put(key, content);
    for (const { key, content } of later) expect(await process().get(key)).toBe(content);
  });

  it('leaves the table some days after its own, and a certificate once no document of its month is left', async () => {
    const { kept } = await story();
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    const own = Items.filter(({ document }) => kept.some(({ key }) => key === document));
    expect(own.map(({ expiresAt }) => new Date(expiresAt * 1000).toISOString())).toEqual(
      kept.map(
        () => `${new Date(Date.parse(at) + (DAYS_IN_TABLE + 1) * DAY_MS).toISOString().slice(0, 10)}T00:00:00.000Z`,
      ),
    );
    const certificates = Items.filter(({ document }) => document.startsWith(`certificates/${at.slice(0, 7)}/`));
    expect(certificates.length).toBeGreaterThan(0);
    const [year = 0, month = 0] = at.split('-').map(Number);
    const lastOfMonth = Date.UTC(year, month, 0) + (DAYS_IN_TABLE + 1) * DAY_MS;
    for (const { expiresAt } of certificates) expect(expiresAt * 1000).toBeGreaterThanOrEqual(lastOfMonth);
  });

  it('that no item can hold is an object of its own, and an error where there is no bucket', async () => {
    const invoiceId = newInvoice();
    for (const content of [noise(400_000), 'a'.repeat(1_500_000)]) {
      const key = keyOf(invoiceId, 'received', content);
      await process().put(key, content);
      expect(Buffer.from((await objects.get(bucket, key)) ?? []).toString('utf8')).toBe(content);
      expect(await process().get(key)).toBe(content);
      await expect(documentWriter(client, tableName).put(key, content)).rejects.toThrow(DocumentTooLarge);
    }
  });
});

describe('a document that the table does not have any more', () => {
  it('is read from a pack, and what rests on it from the table', async () => {
    const { kept } = await story();
    const [declaration] = kept as [(typeof kept)[0]];
    const part = dayPartOf(declaration.key);
    if (!part) throw new Error('no part');
    await documentPacks(objects, bucket).put(part, await nextPack(part), [{ key: 'another', content: '' }]);
    await documentPacks(objects, bucket).put(part, await nextPack(part), [declaration]);
    await remove(declaration.key);
    for (const { key, content } of kept) expect(await process().get(key)).toBe(content);
  });

  it('from before documents had days is an object of its own', async () => {
    const invoiceId = newInvoice();
    const content = '<DPS>from before</DPS>';
    const key = withoutDay(keyOf(invoiceId, 'dps', content));
    await objects.putNew(bucket, key, content, 'application/xml');
    expect(await process().get(key)).toBe(content);
  });

  it('and that is nowhere else is missing, with what rests on it', async () => {
    const { kept } = await story();
    const [declaration, sent] = kept as [(typeof kept)[0], (typeof kept)[0]];
    await remove(declaration.key);
    await expect(process().get(declaration.key)).rejects.toThrow(DocumentMissing);
    await expect(process().get(sent.key)).rejects.toThrow(new DocumentMissing(declaration.key).message);
  });
});

describe('a document that somebody changed', () => {
  const change = (key: string, name: string, value: unknown) =>
    client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: Key(key),
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      }),
    );

  it.each([
    ['its body is another document’s', 'body', (body: Uint8Array) => body],
    ['its body is nothing', 'body', () => randomBytes(50)],
    ['its dictionary is another', 'dictionary', () => 7],
    ['it rests on itself', 'bases', (_body: Uint8Array, key: string) => [key]],
  ])('is never given for the one that it was: %s', async (_, name, value) => {
    const [{ kept }, other] = [await story(), await story()];
    const [{ key }] = kept as [(typeof kept)[0]];
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    const body = Items.find(({ document }) => document === other.kept[0]?.key)?.body;
    await change(key, name, value(body, key));
    await expect(process().get(key)).rejects.toThrow(DocumentDamaged);
  });

  it('is read from the archive where that has it', async () => {
    const { kept } = await story();
    const [declaration, ...others] = kept as [KeptDocument, ...KeptDocument[]];
    const part = dayPartOf(declaration.key);
    if (!part) throw new Error('no part');
    await documentPacks(objects, bucket).put(part, await nextPack(part), kept);
    await change(declaration.key, 'body', randomBytes(50));
    for (const { key, content } of [declaration, ...others]) expect(await process().get(key)).toBe(content);
  });

  it('in the archive is never given either, and is shown to who asks what lies there', async () => {
    const key = withoutDay(keyOf(newInvoice(), 'dps', '<DPS/>'));
    await objects.putNew(bucket, key, '<DPS>touched</DPS>', 'application/xml');
    const error = await process()
      .get(key)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'DocumentDamaged', key, content: '<DPS>touched</DPS>' });
  });
});
