import { createHash, hash } from 'node:crypto';

/**
 * A Merkle tree as certificate transparency has it. Leaves and nodes are hashed with a byte of their own in front, so that nobody can
 * pass off a node as a leaf; a tree of a size that is no power of two is split at the largest power below it.
 *
 * @source RFC 6962, 2.1
 */
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** SHA-256, 32 bytes. */
export type Digest = Uint8Array;

export function leafDigest(leaf: string): Digest {
  return createHash('sha256').update(LEAF).update(leaf, 'utf8').digest();
}

function nodeDigest(left: Digest, right: Digest): Digest {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** All levels of a tree, from the leaves up to the root. */
export type MerkleTree = readonly (readonly Digest[])[];

export function treeOf(leaves: readonly Digest[]): MerkleTree {
  const levels = [leaves];
  // The odd one out moves up as it is, which gives the same tree as splitting from the top.
  for (let level = leaves; level.length > 1; levels.push(level)) level = levelAbove(level);
  return levels;
}

/** The root over the leaves in their order. Of no leaves it is the SHA-256 of nothing. */
export function rootOf(leaves: readonly Digest[]): Digest {
  return treeOf(leaves).at(-1)?.[0] ?? hash('sha256', '', 'buffer');
}

/** What a proof of a leaf's place holds: the digest beside its path at each level, from the leaf upwards. */
export type InclusionPath = readonly Digest[];

/** @throws RangeError when there is no such leaf */
export function inclusionPath(tree: MerkleTree, index: number): InclusionPath {
  if (tree[0]?.[index] === undefined) throw new RangeError(`No leaf ${index}`);
  return tree.slice(0, -1).flatMap((level, height) => level[Math.floor(index / 2 ** height) ^ 1] ?? []);
}

/**
 * The root that a leaf leads to by its path, or `undefined` when the path has not the length that a leaf of this place has in a tree of
 * this size.
 *
 * @param size number of leaves
 */
export function rootByPath(leaf: Digest, index: number, size: number, path: InclusionPath): Digest | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  let digest = leaf;
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 0 && at === last) continue; // the odd one out
    const beside = path[used++];
    if (!beside) return undefined;
    digest = at % 2 === 0 ? nodeDigest(digest, beside) : nodeDigest(beside, digest);
  }
  return used === path.length ? digest : undefined;
}

function levelAbove(level: readonly Digest[]): Digest[] {
  const above: Digest[] = [];
  for (let n = 0; n < level.length; n += 2) {
    const [left, right] = [level[n] as Digest, level[n + 1]];
    above.push(right ? nodeDigest(left, right) : left);
  }
  return above;
}
