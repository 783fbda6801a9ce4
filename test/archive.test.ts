import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, describe, expect, inject, it, vi } from 'vitest';
import { tokenCheck } from '../local/api-gateway/access.ts';
import { startApiGateway } from '../local/api-gateway/server.ts';
import { publicKeysFile } from '../local/engines/openid/installation.ts';
import { archiveDueDays } from '../src/audit/archiving.ts';
import { dayAfter, dayBefore } from '../src/audit/seal.ts';
import { lastDayOver } from '../src/audit/sealing.ts';
import { routes } from '../src/handlers/routes.ts';
import { archivedDays } from '../src/platform/documents/archived-days.ts';
import type { KeptDocument } from '../src/platform/documents/encoding.ts';
import { listedDocuments } from '../src/platform/documents/listed-documents.ts';
import { documentListing } from '../src/platform/documents/listing.ts';
import { documentPacks } from '../src/platform/documents/packs.ts';
import { type DayPart, dayPartOf, SHARDS } from '../src/platform/documents/place.ts';
import { companyCnpj, emitted, issued } from './invoices.ts';
import { apiAs, credentials } from './stack/api.ts';
import { nfse } from './stack/nfse.ts';
import { documentsOf, noise, ownDocuments } from './stack/own-documents.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';
import { announced } from './stream-record.ts';

const ledger = await ownLedger();
const { client, tables } = ledger;
const { bucket, bucketClient, environment: ofDocuments, objects, store, forget } = await ownDocuments(ledger);
const seals = await ownSeals(ledger);
/** By it, the day that is over changes at 06:00 or at 18:00 UTC: hours from now, and so not between two runs. */
const margin = (new Date().getUTCHours() < 12 ? 18 : 6) * 60;
const environment = {
  ...ledger.environment,
  ...ofDocuments,
  SEALS_BUCKET: seals.bucket,
  SEAL_MARGIN_MINUTES: String(margin),
};
Object.assign(process.env, environment);
const { handler: archive } = await import('../src/handlers/archive.ts');
const { handler: seal } = await import('../src/handlers/seal.ts');
const { handler: projector } = await import('../src/handlers/projector.ts');
const { handler: xml } = await import('../src/handlers/xml.ts');
const { handler: document } = await import('../src/handlers/document.ts');

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-archive-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  client.destroy();
});

const last = lastDayOver(new Date(), margin);
const day = dayBefore(last);
const days = archivedDays(client, tables.documents);
const packs = documentPacks(objects, bucket);
const run = () => archive({}, { getRemainingTimeInMillis: () => 60_000 } as Context);

/** A run of another process, at a time of its own, which looks at the last days alone. */
const runAt = (now: Date, changes: object = {}) =>
  archiveDueDays(
    {
      list: listedDocuments(documentListing(client, tables.documents), store()),
      packs,
      days,
      daysWithDocuments: async () => undefined,
      shards: SHARDS,
      daysInTable: 3,
      marginMinutes: 60,
      late: () => false,
      onFailure: () => {},
      ...changes,
    },
    now,
  );

/** When a day is to be archived. */
const morningAfter = (of: string) => new Date(`${dayAfter(of)}T02:00:00Z`);

const keep = async (documents: readonly KeptDocument[]) => {
  const process = store();
  for (const { key, content } of documents) await process.put(key, content);
};

const partOf = ({ key }: KeptDocument): DayPart => {
  const part = dayPartOf(key);
  if (!part) throw new Error(`${key} has no day`);
  return part;
};
const packsOf = async (one: KeptDocument) =>
  (await Array.fromAsync(packs.of(partOf(one)))).map((pack) => pack.map(({ key }) => key));
const itemOf = (one: KeptDocument) => {
  const { day: of, shard } = partOf(one);
  return { dayPart: `${of}#${shard}`, document: one.key };
};

/** The API's two ways to a document, on this ledger. */
const gateway = await startApiGateway({
  port: 0,
  routes: routes.filter(({ handler }) => handler === 'xml' || handler === 'document'),
  handlers: { xml, document },
  clients: [{ name: 'default', key: credentials().apiKey }],
  checkToken: tokenCheck(
    credentials().issuer,
    JSON.parse(readFileSync(publicKeysFile(path.join(path.dirname(inject('credentials')), 'openid')), 'utf8')),
  ),
  onFailure: (error) => console.error(error),
});
afterAll(() => gateway.stop());
const auditor = await apiAs('auditor', { ...credentials(), apiUrl: gateway.url });

const NOTHING = { archived: [], documents: 0, damaged: [], failed: 0, unarchivedSeconds: 0 };

describe('the archive', () => {
  const kept = documentsOf(day);
  const documents = [kept.dps, kept.sent, kept.received, kept.nfse];

  it('of a ledger that is new is all of its empty days, and none of their parts is asked for', async () => {
    const send = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
    const { archived, ...rest } = await run();
    const asked = send.mock.calls.map(([command]) => command.constructor.name);
    send.mockRestore();
    expect(asked).toEqual(['QueryCommand', 'ScanCommand', ...archived.map(() => 'PutCommand')]);
    expect(archived.at(-1)).toBe(last);
    expect(rest).toEqual({ documents: 0, damaged: [], failed: 0, unarchivedSeconds: 0 });
    expect(await run()).toEqual(NOTHING);
    expect(await days.from(dayBefore(archived[0] ?? ''))).toEqual(archived);
  });

  it('has each document of a day that is over, in packs that every machine reads', async () => {
    const [large, whole] = [noise(150_000), noise(400_000)].map((text) => documentsOf(day, undefined, text).nfse);
    if (!large || !whole) throw new Error('two documents');
    await keep([...documents, large, whole]);
    await forgetDays();
    expect(await run()).toMatchObject({ archived: expect.arrayContaining([day]), documents: 5, damaged: [] });

    const { day: of, shard } = partOf(kept.dps);
    const pack = (await objects.get(bucket, `archive/${of}/${shard}.ndjson.gz`)) ?? new Uint8Array();
    const lines = gunzipSync(pack).toString('utf8').trimEnd().split('\n');
    const read = lines.map((line) => JSON.parse(line) as KeptDocument);
    expect(read).toEqual(expect.arrayContaining(documents));
    for (const { key, content } of read) {
      expect(key).toContain(createHash('sha256').update(content).digest('base64url'));
    }
    expect(await packsOf(large)).toEqual([expect.arrayContaining([large.key])]);
    expect((await packsOf(whole)).flat()).not.toContain(whole.key);

    expect(await forget()).toBe(5);
    for (const { key, content } of [...documents, large, whole]) expect(await store().get(key)).toBe(content);
  });

  it('is what the API gives links from, and an audit its bundles, when the table has forgotten', async () => {
    const at = `${day}T12:00:00.000Z`;
    const story = [
      { ...emitted, data: { ...emitted.data, xmlKey: kept.dps.key } },
      { ...issued, data: { ...issued.data, nfseXmlKey: kept.nfse.key, evidence: [kept.received.key] } },
    ] as [typeof emitted, typeof issued];
    const { invoiceId, commits } = await ledger.tell(story, { requestId: kept.requestId, at });
    await projector({ Records: commits.map(announced) });
    await seal();

    const links = ['xml', 'xml?document=dps', ...[kept.received, kept.sent].map(({ key }) => `documents/${name(key)}`)];
    for (const [index, link] of links.entries()) {
      const { status, body } = await auditor.get(`/invoices/${invoiceId}/${link}`);
      expect(status, JSON.stringify(body)).toBe(200);
      const given = [kept.nfse, kept.dps, kept.received, kept.sent][index];
      expect(await (await fetch(body.url)).text()).toBe(given?.content);
    }

    const bundle = path.join(folder, 'bundle');
    const period = ['--from', day, '--to', day, '--out', bundle, '--json'];
    const { code, out, err } = await nfse(['audit', 'export', '--company', companyCnpj, ...period], environment);
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ invoices: 1, missingDocuments: 0 });
    for (const { key, content } of documents) {
      expect(readFileSync(path.join(bundle, 'documents', key), 'utf8')).toBe(content);
    }
    const offline = spawnSync(process.execPath, [path.join(bundle, 'verify.mjs')], { env: {}, cwd: folder });
    expect([offline.status, offline.stdout.toString('utf8')]).toEqual([0, expect.stringContaining('GOOD')]);
  });

  it('gets a second pack for what came after the first', async () => {
    const late = documentsOf(day, kept.requestId).sent;
    await keep([late]);
    expect(await run()).toEqual(NOTHING);
    await forgetDays(last);
    expect(await run()).toEqual({ ...NOTHING, archived: [last], documents: 1 });
    expect(await packsOf(late)).toEqual([documents.map(({ key }) => key).sort(), [late.key]]);
    await forget();
    expect(await store().get(late.key)).toBe(late.content);
  });

  it('is made once by two runs at once', async () => {
    const many = Array.from({ length: 20 }, () => documentsOf(last)).map(({ dps }) => dps);
    await keep(many);
    await forgetDays(last);
    // S3 refuses a key that is taken; its engine on this machine does not know `If-None-Match`.
    const taken = new Set<string>();
    const put: typeof packs.put = async (part, number, pack) => {
      const place = `${part.shard} ${number}`;
      return !taken.has(place) && Boolean(taken.add(place)) && packs.put(part, number, pack);
    };
    const together = { packs: { ...packs, put } };
    const reports = await Promise.all([runAt(morningAfter(last), together), runAt(morningAfter(last), together)]);
    expect(reports.map(({ failed, damaged }) => [failed, damaged])).toEqual([
      [0, []],
      [0, []],
    ]);
    expect(reports.reduce((sum, { documents: packed }) => sum + packed, 0)).toBe(many.length);
    for (const one of many) expect((await packsOf(one)).flat().filter((key) => key === one.key)).toHaveLength(1);
  });

  it('is completed by the next run where the bucket could not be reached any more', async () => {
    const many = Array.from({ length: 20 }, () => documentsOf(last)).map(({ dps }) => dps);
    await keep(many);
    await forgetDays(last);
    let puts = 0;
    const put: typeof packs.put = (...pack) =>
      ++puts > 5 ? Promise.reject(new Error('no route')) : packs.put(...pack);
    const broken = await runAt(morningAfter(last), { packs: { ...packs, put } });
    expect(broken).toMatchObject({ archived: [], unarchivedSeconds: 2 * 3600 });
    expect(broken.failed).toBeGreaterThan(0);
    const mended = await runAt(morningAfter(last));
    expect(mended).toMatchObject({ archived: [last], failed: 0, unarchivedSeconds: 0 });
    expect(broken.documents + mended.documents).toBe(many.length);
    await forget();
    for (const { key, content } of many) expect(await store().get(key)).toBe(content);
  });

  it('is made of everything else where a document was touched, and says which', async () => {
    const [touched, other] = [documentsOf(last), documentsOf(last)];
    await keep([touched.dps, touched.sent, other.dps, other.sent]);
    await keep([touched.nfse]);
    await forgetDays(last);
    const change = {
      UpdateExpression: 'SET body = :body',
      ExpressionAttributeValues: { ':body': Buffer.from(noise(30), 'base64') },
    };
    await client.send(
      new UpdateCommand({ TableName: tables.documents, Key: itemOf(touched.sent), ...change } as never),
    );
    const report = { archived: [], damaged: [touched.sent.key], unarchivedSeconds: 2 * 3600 };
    expect(await runAt(morningAfter(last))).toMatchObject({ ...report, documents: 4, failed: 0 });
    expect(await runAt(morningAfter(last))).toMatchObject({ ...report, documents: 0 });
    await forget();
    for (const { key, content } of [touched.dps, touched.nfse, other.dps, other.sent]) {
      expect(await store().get(key)).toBe(content);
    }
  });

  it('has nothing else in the bucket than packs, what no pack has, and copies that links lead to', async () => {
    const { Contents = [] } = await bucketClient.send(new ListObjectsV2Command({ Bucket: bucket }));
    const folders = Contents.map(({ Key = '' }) => Key.replace(/\/.*/, ''));
    expect(new Set(folders.map((one) => one.replace(/^inv_.*/, 'inv')))).toEqual(
      new Set(['archive', 'downloads', 'inv']),
    );
    expect(folders.filter((one) => one.startsWith('inv_'))).toHaveLength(1);
  });
});

const name = (key: string) => key.slice(key.indexOf('/') + 1);

/** Takes days out of the memory of the archive, from this one on. */
async function forgetDays(from = '2026'): Promise<void> {
  for (const one of await days.from(from)) {
    const Key = { dayPart: 'archived', document: one };
    await client.send(new DeleteCommand({ TableName: tables.documents, Key }));
  }
}
