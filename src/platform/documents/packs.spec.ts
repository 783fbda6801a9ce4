import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { documentPacks } from './packs.ts';

const part = { day: '2026-11-26', shard: '3f' };
const one = { key: 'inv_a/dps-1.xml', content: '<a>ç\n</a>' };
const two = { key: 'inv_b/dps-1.xml', content: '<b/>' };

function bucket() {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    packs: documentPacks(
      {
        get: async (_bucket, key) => objects.get(key),
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
});
