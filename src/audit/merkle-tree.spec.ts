import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Digest, inclusionPath, leafDigest, rootByPath, rootOf, treeOf } from './merkle-tree.ts';

const hex = (digest: Digest | undefined) => digest && Buffer.from(digest).toString('hex');
const leaves = fc.array(fc.string(), { minLength: 1, maxLength: 40 });

/** As the RFC defines it, from the top. */
function byDefinition(texts: readonly string[]): Buffer {
  const sha = (...parts: (Uint8Array | string)[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  if (texts.length === 0) return sha('');
  if (texts.length === 1) return sha(Buffer.of(0), texts[0] as string);
  let split = 1;
  while (split * 2 < texts.length) split *= 2;
  return sha(Buffer.of(1), byDefinition(texts.slice(0, split)), byDefinition(texts.slice(split)));
}

describe('a Merkle tree', () => {
  it('has the root that RFC 6962 defines', () =>
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 40 }), (texts) => {
        expect(hex(rootOf(texts.map(leafDigest)))).toBe(byDefinition(texts).toString('hex'));
      }),
    ));

  it('proves every leaf of it', () =>
    fc.assert(
      fc.property(leaves, fc.nat(), (texts, pick) => {
        const digests = texts.map(leafDigest);
        const index = pick % texts.length;
        const path = inclusionPath(treeOf(digests), index);
        expect(hex(rootByPath(digests[index] as Digest, index, texts.length, path))).toBe(hex(rootOf(digests)));
      }),
    ));

  it('proves no other leaf, at no other place, by no shorter or longer path', () =>
    fc.assert(
      fc.property(leaves, fc.nat(), fc.string(), (texts, pick, other) => {
        const digests = texts.map(leafDigest);
        const root = hex(rootOf(digests));
        const index = pick % texts.length;
        const path = inclusionPath(treeOf(digests), index);
        const leaf = digests[index] as Digest;
        if (other !== texts[index])
          expect(hex(rootByPath(leafDigest(other), index, texts.length, path))).not.toBe(root);
        expect(hex(rootByPath(leaf, index, texts.length, [...path, leaf]))).not.toBe(root);
        if (path.length > 0) expect(hex(rootByPath(leaf, index, texts.length, path.slice(1)))).not.toBe(root);
        for (const [place, text] of texts.entries()) {
          if (text !== texts[index]) expect(hex(rootByPath(leaf, place, texts.length, path))).not.toBe(root);
        }
        expect(rootByPath(leaf, texts.length, texts.length, path)).toBeUndefined();
      }),
    ));

  it('does not take a node for a leaf', () => {
    const [a, b] = ['a', 'b'].map(leafDigest) as [Digest, Digest];
    const forged = Buffer.concat([a, b]).toString('latin1');
    expect(hex(rootOf([leafDigest(forged)]))).not.toBe(hex(rootOf([a, b])));
  });
});
