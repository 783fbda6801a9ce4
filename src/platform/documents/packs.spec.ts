import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { documentPacks } from './packs.ts';

const part = { day: '2026-11-26', shard: '3f' };
const one = { key: 'inv_a/dps-1.xml', content: '<a>ç\n</a>' };
const two = { key: 'inv_b/dps-1.xml', content: '<b/>' };

const CHUNK_BYTES = 16 * 1024;

/** @param onChunk told of each chunk that is asked for */
async function* chunksOf(object: Buffer, onChunk = () => {}): AsyncIterable<Uint8Array> {
  for (let at = 0; at < object.length; at += CHUNK_BYTES) {
    onChunk();
    yield object.subarray(at, at + CHUNK_BYTES);
  }
}

function bucket() {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    packs: documentPacks(
      {
        async read(_bucket, key, consume) {
          const object = objects.get(key);
          return object && consume(chunksOf(object));
        },
        async putNew(_bucket, key, body) {
          if (objects.has(key)) return false;
          objects.set(key, Buffer.from(body));
          return true;
        },
      },
      'documents',
    ),
  };
}

describe('a pack of documents', () => {
  it('is a line a document, by key, that every machine can read', async () => {
    const { objects, packs } = bucket();
    expect(await packs.put(part, 1, [two, one])).toBe(true);
    const pack = objects.get('archive/2026-11-26/3f.ndjson.gz') ?? Buffer.alloc(0);
    const lines = gunzipSync(pack).toString('utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([one, two]);
  });

  it('is the same bytes however the documents were listed', async () => {
    const [first, second] = [bucket(), bucket()];
    await first.packs.put(part, 1, [one, two]);
    await second.packs.put(part, 1, [two, one]);
    expect([...first.objects.values()]).toEqual([...second.objects.values()]);
  });

  it('is never written twice, and is followed by what came later', async () => {
    const { packs } = bucket();
    await packs.put(part, 1, [one]);
    expect(await packs.put(part, 1, [two])).toBe(false);
    expect(await packs.put(part, 2, [two])).toBe(true);
    expect(await Array.fromAsync(packs.of(part))).toEqual([[one], [two]]);
    expect(await Array.fromAsync(packs.of({ ...part, shard: '00' }))).toEqual([]);
  });

  it('gives one document, wherever it stands', async () => {
    const { packs } = bucket();
    const tricky = { key: 'inv_c/dps-1.xml', content: `\n{"key":"inv_d/dps-1.xml","content":"not it"}` };
    await packs.put(part, 1, [one, two]);
    await packs.put(part, 2, [tricky]);
    for (const { key, content } of [one, two, tricky]) expect(await packs.find(part, key)).toBe(content);
    for (const key of ['inv_d/dps-1.xml', 'inv_a/dps-1', '']) expect(await packs.find(part, key)).toBeUndefined();
  });

  it('gives one document without inflating what stands behind it', async () => {
    const { objects, packs } = bucket();
    const content = () => randomBytes(3_000).toString('base64');
    const documents = Array.from({ length: 500 }, (_, n) => ({
      key: `inv_${1_000 + n}/dps-1.xml`,
      content: content(),
    }));
    await packs.put(part, 1, documents);
    const pack = [...objects.values()][0] ?? Buffer.alloc(0);
    const [tenth, last] = [documents[9], documents.at(-1)];
    // Whoever inflates more than a quarter of it fails.
    const damaged = Buffer.concat([pack.subarray(0, pack.length / 4), randomBytes(pack.length)]);
    let chunks = 0;
    const reading = documentPacks(
      {
        read: async (_bucket, _key, consume) => consume(chunksOf(damaged, () => chunks++)),
        putNew: async () => false,
      },
      'documents',
    );
    expect(await reading.find(part, tenth?.key ?? '')).toBe(tenth?.content);
    expect(chunks * CHUNK_BYTES).toBeLessThan(pack.length / 4);
    await expect(reading.find(part, last?.key ?? '')).rejects.toMatchObject({ code: expect.stringMatching(/^Z_/) });
  });
});
