import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticStreams } from '../bench/synthetic-streams.ts';
import { dayBefore, dayOf } from '../src/audit/seal.ts';
import { batchWrite, JOB_BACK_OFF, MAX_BATCH_WRITES } from '../src/aws/batches.ts';
import { documentKey } from '../src/events/document-key.ts';
import { read } from '../src/events/event-store.ts';
import { event } from '../src/events/event-types.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { auditedDocuments } from '../src/platform/documents/audited-documents.ts';
import { documentPacks } from '../src/platform/documents/packs.ts';
import { dayPartOf } from '../src/platform/documents/place.ts';
import type { S3 } from '../src/platform/s3.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { fill } from './chaos/rebuild/events-table.ts';
import { emitted, issued, newEmission } from './invoices.ts';
import { nfse, startNfse } from './stack/nfse.ts';
import { documentsOf, ownDocuments } from './stack/own-documents.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';

/** So many that a run is killed before its last page. */
const COMMITS = 2_500;
const KILLS = 3;

const ledger = await ownLedger();
const { client, tables } = ledger;
const { bucket: sealsBucket } = await ownSeals(ledger);
const documents = await ownDocuments(ledger);
const environment = { ...ledger.environment, ...documents.environment, SEALS_BUCKET: sealsBucket };
const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-audit-verify-'));
afterAll(() => {
  client.destroy();
  documents.bucketClient.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const today = dayOf({ at: new Date().toISOString() });
/** A day that the table of documents has forgotten. */
const longAgo = Array.from({ length: 20 }).reduce<string>(dayBefore, today);

describe('an audit of many invoices', () => {
  beforeAll(async () => {
    const streams = syntheticStreams(COMMITS);
    await fill(client, tables.events, streams, () => {});
    const rows = streams.map(({ invoiceId, commits }) => {
      const { invoice, tip } = read(invoiceId, commits);
      return { PutRequest: { Item: rowOf(invoice as LivingInvoice, tip, 300) } };
    });
    const batches = Array.from({ length: Math.ceil(rows.length / MAX_BATCH_WRITES) }, (_, n) =>
      rows.slice(n * MAX_BATCH_WRITES, (n + 1) * MAX_BATCH_WRITES),
    );
    await Promise.all(batches.map((batch) => batchWrite(client, tables.invoices, batch, JOB_BACK_OFF)));
    // Each names a document that nobody ever stored, and has no row.
    for (let n = 0; n < 5; n++) {
      const { requestId, invoiceId } = newEmission();
      const xmlKey = documentKey(invoiceId, 'dps', 'gone', 'xml', `${longAgo}T12:00:00.000Z`);
      await ledger.tell([event('Emitted', { ...emitted.data, xmlKey }), issued], {
        requestId,
        at: `${longAgo}T12:00:00.000Z`,
      });
    }
  }, 240_000);

  it('that is killed again and again goes on where it was, and says what one run says', async () => {
    const journal = path.join(folder, 'journal');
    const state = path.join(journal, 'state.json');
    const stateNow = () => (existsSync(state) ? readFileSync(state, 'utf8') : '');
    const verify = ['audit', 'verify', '--all', '--json'];
    for (let kills = 0; kills < KILLS; kills++) {
      const before = stateNow();
      const child = startNfse([...verify, '--journal', journal], environment);
      const over = once(child, 'close');
      while (child.exitCode === null && stateNow() === before) await sleep(2);
      child.kill('SIGKILL');
      await over;
      expect(stateNow()).not.toBe(before);
    }
    const { startedAt } = JSON.parse(stateNow()) as { startedAt: string };
    expect(Date.parse(startedAt)).toBeLessThan(Date.now());

    const [resumed, whole] = [
      await nfse([...verify, '--journal', journal], environment),
      await nfse(verify, environment),
    ];
    const { resumedAt, found, ...rest } = JSON.parse(resumed.out);
    const { resumedAt: fromTheBeginning, found: foundByOneRun, ...ofOneRun } = JSON.parse(whole.out);
    expect(resumedAt).toBeGreaterThan(0);
    expect(fromTheBeginning).toBe(0);
    expect([resumed.code, rest]).toEqual([whole.code, ofOneRun]);
    const inOrder = (list: readonly { invoiceId: string }[]) =>
      list.toSorted((one, other) => (one.invoiceId < other.invoiceId ? -1 : 1));
    expect(inOrder(found)).toEqual(inOrder(foundByOneRun));
    expect(found).toHaveLength(5);
    for (const { findings } of found) {
      expect(findings.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['document-missing', 'row-missing']);
    }
    expect(readdirSync(journal)).toEqual([]);
  }, 240_000);

  it('refuses a folder of an audit that was asked something else, and a journal of single invoices', async () => {
    const journal = path.join(folder, 'other');
    const args = ['audit', 'verify', '--journal', journal];
    const child = startNfse([...args, '--all'], environment);
    while (!existsSync(path.join(journal, 'state.json'))) await sleep(2);
    child.kill('SIGKILL');
    const { code, err } = await nfse([...args, '--all', '--documents', 'none'], environment);
    expect([code, err]).toEqual([2, expect.stringContaining('outras opções')]);
    expect((await nfse([...args, newEmission().invoiceId], environment)).code).toBe(2);
  }, 60_000);
});

describe('the documents of archived days', () => {
  const kept = Array.from({ length: 40 }, () => documentsOf(longAgo));
  const intact = kept.flatMap(({ dps, sent, received, nfse }) => [dps, sent, received, nfse]);
  const other = documentsOf(longAgo);
  const [gone, damaged, whole] = [other.dps, other.sent, other.nfse];

  /** The bucket, and how often each object was read. */
  function counted() {
    const reads = new Map<string, number>();
    const note = (key: string) => void reads.set(key, (reads.get(key) ?? 0) + 1);
    const objects: Pick<S3, 'get' | 'read' | 'putNew'> = {
      putNew: documents.objects.putNew,
      get: (bucket, key) => {
        note(key);
        return documents.objects.get(bucket, key);
      },
      read: (bucket, key, consume) => {
        note(key);
        return documents.objects.read(bucket, key, consume);
      },
    };
    const audited = auditedDocuments({
      client,
      tableName: tables.documents,
      objects,
      bucket: documents.bucket,
      now: new Date(),
    });
    return { reads, audited };
  }

  beforeAll(async () => {
    const packs = documentPacks(documents.objects, documents.bucket);
    const archived = [...intact, { ...damaged, content: 'another' }];
    for (const [shard, ofPart] of Map.groupBy(archived, ({ key }) => dayPartOf(key)?.shard ?? '')) {
      expect(await packs.put({ day: longAgo, shard }, 1, ofPart)).toBe(true);
    }
    await documents.objects.putNew(documents.bucket, whole.key, whole.content, 'application/xml');
  });

  it('are each found as they are, and each pack is read once', async () => {
    const { reads, audited } = counted();
    const keys = [...intact, gone, damaged, whole].map(({ key }) => key);
    for (const key of keys) expect(await audited.isIntact(key)).toBe(false);
    const states = await audited.statesOn(longAgo, keys);
    expect(Object.fromEntries(states)).toEqual({
      ...Object.fromEntries([...intact, whole].map(({ key }) => [key, 'intact'])),
      [gone.key]: 'missing',
      [damaged.key]: 'damaged',
    });
    const packsRead = [...reads].filter(([key]) => /^archive\/[\d-]+\/[0-9a-f]{2}\.ndjson\.gz$/.test(key));
    expect(packsRead.length).toBeGreaterThan(20);
    expect(packsRead.filter(([, times]) => times !== 1)).toEqual([]);
  });

  it('are damaged where their pack does not unpack', async () => {
    const spoiled = documentsOf(longAgo);
    const { shard = '' } = dayPartOf(spoiled.dps.key) ?? {};
    const day = dayBefore(longAgo);
    const moved = documentKey(spoiled.invoiceId, 'dps', spoiled.dps.content, 'xml', `${day}T12:00:00.000Z`);
    const Key = `archive/${day}/${shard}.ndjson.gz`;
    await documents.bucketClient.send(new PutObjectCommand({ Bucket: documents.bucket, Key, Body: 'no gzip' }));
    expect(await counted().audited.statesOn(day, [moved])).toEqual(new Map([[moved, 'damaged']]));
  });

  it('are recent where the table has them, and the archive is not asked', async () => {
    const { dps, sent } = documentsOf(today);
    await documents.store().put(dps.key, dps.content);
    await documents.store().put(sent.key, sent.content);
    const { reads, audited } = counted();
    expect([await audited.isIntact(dps.key), await audited.isIntact(sent.key)]).toEqual([true, true]);
    expect(await audited.isIntact(documentsOf(today).dps.key)).toBe(false);
    expect(reads.size).toBe(0);
  });
});
