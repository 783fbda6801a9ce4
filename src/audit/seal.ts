import { hash as digestOf } from 'node:crypto';
import { canonicalJson } from '../events/canonical-json.ts';
import type { Commit } from '../events/commit.ts';
import { type Digest, inclusionPath, leafDigest, rootByPath, rootOf, treeOf } from './merkle-tree.ts';

/** A UTC day, `YYYY-MM-DD`. Commit times are in UTC, so a commit's day is the beginning of its text, in every country. */
export type Day = string;

/** What a seal says of a commit; the hash covers all the rest of it. */
export type SealedCommit = Pick<Commit, 'invoiceId' | 'version' | 'hash'>;

/**
 * The seal of a day: one root over the hashes of all commits of that day, chained to the seal of the day before. Whoever holds a later
 * seal holds all earlier ones.
 */
export interface Seal {
  readonly v: 1;
  readonly day: Day;
  /** How many commits the day has: the size of the tree. */
  readonly commits: number;
  /** Of the Merkle tree over {@link leafOf} of each commit, by invoice and version; base64url. */
  readonly root: string;
  /** Of the day before; empty for the first seal. */
  readonly prevHash: string;
  /** SHA-256 of the canonical JSON of the members above, base64url. */
  readonly hash: string;
}

/** The beginning of its time; empty for a commit that somebody left without one. */
export const dayOf = ({ at }: Pick<Commit, 'at'>): Day => (typeof at === 'string' ? at.slice(0, 10) : '');

/** Whether the calendar has this day. What comes out of a table that somebody may have edited need not be one. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

export function dayAfter(day: Day): Day {
  return shifted(day, 1);
}

export function dayBefore(day: Day): Day {
  return shifted(day, -1);
}

function shifted(day: Day, days: number): Day {
  const time = new Date(`${day}T00:00:00.000Z`);
  time.setUTCDate(time.getUTCDate() + days);
  return time.toISOString().slice(0, 10);
}

/** All days from the first to the last one, both included. */
export function daysFrom(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}

/** A commit as a leaf of the tree, and as a line of the list that is kept with the seal. */
export function leafOf({ invoiceId, version, hash }: SealedCommit): string {
  return `${invoiceId} ${version} ${hash}`;
}

/** The order of the leaves: by invoice, then by version. The same commits give the same seal, whoever lists them. */
export function inSealOrder<T extends SealedCommit>(commits: readonly T[]): T[] {
  return [...commits].sort((a, b) =>
    a.invoiceId === b.invoiceId ? a.version - b.version : a.invoiceId < b.invoiceId ? -1 : 1,
  );
}

/**
 * @param commits all of the day, in seal order
 * @param previous the seal of the day before, unless this is the first
 */
export function sealOf(day: Day, commits: readonly SealedCommit[], previous: Seal | undefined): Seal {
  const content = {
    v: 1 as const,
    day,
    commits: commits.length,
    root: base64url(rootOf(digestsOf(commits))),
    prevHash: previous?.hash ?? '',
  };
  return { ...content, hash: sealHash(content) };
}

export function sealHash({ v, day, commits, root, prevHash }: Omit<Seal, 'hash'>): string {
  return digestOf('sha256', canonicalJson({ v, day, commits, root, prevHash }), 'base64url');
}

/** Whether two copies of a seal say the same in each of their members. A copy may keep its hash and lie about the rest. */
export function isSameSeal(a: Seal, b: Seal): boolean {
  return a.hash === b.hash && sealHash(a) === sealHash(b);
}

const DIGEST = /^[\w-]{43}$/;

/** A value from a table or a file as a seal, or `undefined` when it has not the shape of one. What a seal says may still be wrong. */
export function asSeal(value: unknown): Seal | undefined {
  const { v, day, commits, root, prevHash, hash } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (v !== 1 || !isDay(day) || !isCount(commits) || !isDigest(root) || !isDigest(hash)) return undefined;
  return prevHash === '' || isDigest(prevHash) ? { v, day, commits, root, prevHash, hash } : undefined;
}

const isDigest = (value: unknown): value is string => typeof value === 'string' && DIGEST.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The leaves as they are kept beside the seal: a line each, in order. */
export function leavesText(commits: readonly SealedCommit[]): string {
  return commits.map((commit) => `${leafOf(commit)}\n`).join('');
}

/** The leaves of a list, or `undefined` when it is not one. */
export function readLeaves(text: string): SealedCommit[] | undefined {
  if (text === '') return [];
  if (!text.endsWith('\n')) return undefined;
  const lines = text.slice(0, -1).split('\n');
  const commits = lines.map((line) => {
    const [invoiceId = '', version = '', hash = '', ...more] = line.split(' ');
    return { invoiceId: invoiceId as Commit['invoiceId'], version: Number(version), hash, odd: more.length > 0 };
  });
  if (commits.some(({ version, hash, odd }) => odd || !Number.isSafeInteger(version) || hash === '')) return undefined;
  return commits.map(({ odd: _, ...commit }) => commit);
}

/** Whether these leaves are the ones that were sealed. */
export function holds(seal: Seal, commits: readonly SealedCommit[]): boolean {
  return seal.commits === commits.length && seal.root === base64url(rootOf(digestsOf(commits)));
}

/** That a commit is in the seal of its day, to be checked by anybody who has the seal. */
export interface InclusionProof extends SealedCommit {
  readonly day: Day;
  /** Place among the leaves, from 0, and their number. */
  readonly index: number;
  readonly size: number;
  /** Digests beside the way from the leaf to the root, base64url. */
  readonly path: readonly string[];
}

/** Whether a value from a file has the shape of a proof. */
export function isInclusionProof(value: unknown): value is InclusionProof {
  const { invoiceId, version, hash, day, index, size, path } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    [invoiceId, hash, day].every((text) => typeof text === 'string') &&
    [version, index, size].every(isCount) &&
    Array.isArray(path) &&
    path.every((digest) => typeof digest === 'string')
  );
}

/** Proves commits of one day; the tree is hashed once for all of them. */
export function prover(
  day: Day,
  leaves: readonly SealedCommit[],
): (commit: SealedCommit) => InclusionProof | undefined {
  const places = new Map(leaves.map((leaf, index) => [leafOf(leaf), index]));
  const tree = treeOf(digestsOf(leaves));
  return ({ invoiceId, version, hash }) => {
    const index = places.get(leafOf({ invoiceId, version, hash }));
    if (index === undefined) return undefined;
    const path = inclusionPath(tree, index).map(base64url);
    return { invoiceId, version, hash, day, index, size: leaves.length, path };
  };
}

/** Whether the proof leads from the commit it names to the root of the seal. */
export function proves(proof: InclusionProof, seal: Seal): boolean {
  if (proof.day !== seal.day || proof.size !== seal.commits) return false;
  const path = proof.path.map((digest) => Buffer.from(digest, 'base64url'));
  const root = rootByPath(leafDigest(leafOf(proof)), proof.index, proof.size, path);
  return root !== undefined && base64url(root) === seal.root;
}

export type SealBreak =
  /** Its members do not give its hash: somebody edited it. */
  | 'seal-changed'
  /** It is not chained to the seal of the day before. */
  | 'seal-link-broken'
  /** There are seals of other days, and none of this one, though it must have one. */
  | 'seal-missing';

/**
 * Walks seals by day and tells every place where their chain does not hold.
 *
 * @param seals by day; the first one's link is taken as given
 */
export function sealBreaks(seals: readonly Seal[]): { readonly day: Day; readonly reason: SealBreak }[] {
  const breaks: { day: Day; reason: SealBreak }[] = [];
  for (const [index, seal] of seals.entries()) {
    const before = seals[index - 1];
    if (sealHash(seal) !== seal.hash) breaks.push({ day: seal.day, reason: 'seal-changed' });
    if (!before) continue;
    if (dayAfter(before.day) !== seal.day) breaks.push({ day: dayAfter(before.day), reason: 'seal-missing' });
    else if (seal.prevHash !== before.hash) breaks.push({ day: seal.day, reason: 'seal-link-broken' });
  }
  return breaks;
}

const digestsOf = (commits: readonly SealedCommit[]): Digest[] => commits.map((commit) => leafDigest(leafOf(commit)));

const base64url = (digest: Digest): string => Buffer.from(digest).toString('base64url');
