import { hash as digestOf } from 'node:crypto';
import { canonicalJson, NotCanonical } from '../events/canonical-json.ts';
import { type Commit, isCommit } from '../events/commit.ts';
import { documentsNamedIn, parseDocumentName } from '../events/document-key.ts';
import { verifyChain } from '../events/hash-chain.ts';
import type { InvoiceId } from '../events/ids.ts';
import {
  asSeal,
  type Day,
  dayBefore,
  dayOf,
  type InclusionProof,
  isInclusionProof,
  proves,
  type Seal,
  sealBreaks,
  sealHash,
} from './seal.ts';
import { isForeign } from './verify-stream.ts';

/** Files of a bundle by what they hold. Documents are in `documents/<invoice>/<name>`. */
export const MANIFEST = 'manifest.json';
export const EVENTS = 'events.jsonl';
export const SEALS = 'seals.jsonl';
export const PROOFS = 'proofs.jsonl';
export const VERIFIER = 'verify.mjs';

export const documentPath = (invoiceId: string, name: string): string => `documents/${invoiceId}/${name}`;

/** What a bundle says it is, with the SHA-256 of every other file in it. */
export interface Manifest {
  readonly v: 1;
  readonly companyCnpj: string;
  /** Days, both included: invoices to which something happened in them, each with its whole history. */
  readonly from: string;
  readonly to: string;
  readonly exportedAt: string;
  readonly software: string;
  readonly invoices: number;
  readonly commits: number;
  /** Documents that a history names and the store does not have. */
  readonly missingDocuments: readonly string[];
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal, as `sha256sum` writes it. */
  readonly sha256: string;
}

export const sha256 = (content: Uint8Array): string => digestOf('sha256', content, 'hex');

/** A file's line in the manifest. */
export function manifestFile(name: string, content: Uint8Array): ManifestFile {
  return { name, bytes: content.length, sha256: sha256(content) };
}

/** A bundle where it lies. */
export interface BundleFiles {
  readonly names: readonly string[];
  read(name: string): Uint8Array | undefined;
}

export interface BundleReport {
  readonly good: boolean;
  readonly problems: readonly string[];
  readonly manifest: Manifest | undefined;
  readonly commits: number;
  readonly proven: number;
  /** Commits of days that were not sealed yet when the bundle was made. */
  readonly unsealed: number;
  /** Hash of the newest seal in it: what to compare with a copy from elsewhere. */
  readonly lastSeal: Seal | undefined;
}

/** Checks everything in a bundle against everything else in it. Needs nothing that is not in it. */
export function verifyBundle(files: BundleFiles): BundleReport {
  const problems: string[] = [];
  const manifest = json(files.read(MANIFEST), MANIFEST, asManifest, problems);
  if (manifest) checkFiles(manifest, files, problems);
  const commits = lines(files, EVENTS, (value) => (isCommit(value) ? value : undefined), problems);
  const seals = lines(files, SEALS, asSeal, problems);
  const proofs = lines(files, PROOFS, (value) => (isInclusionProof(value) ? value : undefined), problems);
  checkHistories(commits, files, manifest, problems);
  for (const { day, reason } of sealBreaks(seals)) problems.push(`seal of ${day}: ${reason}`);
  const proven = checkProofs(commits, { seals, proofs, sealedBefore: manifest && sealedBefore(manifest) }, problems);
  if (manifest && manifest.commits !== commits.length) {
    problems.push(`${EVENTS}: ${commits.length} commits, and the manifest says ${manifest.commits}`);
  }
  return {
    good: problems.length === 0,
    problems,
    manifest,
    commits: commits.length,
    proven,
    unsealed: commits.length - proven,
    lastSeal: seals.at(-1),
  };
}

function checkFiles({ files: listed }: Manifest, files: BundleFiles, problems: string[]): void {
  for (const { name, sha256: expected } of listed) {
    const content = files.read(name);
    if (!content) problems.push(`${name}: missing`);
    else if (sha256(content) !== expected) problems.push(`${name}: changed after the export`);
  }
  const known = new Set([MANIFEST, ...listed.map(({ name }) => name)]);
  for (const name of files.names) if (!known.has(name)) problems.push(`${name}: not in the manifest`);
}

function checkHistories(
  commits: readonly Commit[],
  files: BundleFiles,
  manifest: Manifest | undefined,
  problems: string[],
): void {
  const missing = new Set(manifest?.missingDocuments);
  for (const [invoiceId, stream] of streamsOf(commits)) {
    const chain = verifyChain(stream);
    if (!chain.intact) problems.push(`${invoiceId}: ${chain.reason} at version ${chain.brokenAt}`);
    else if (isForeign(invoiceId, stream))
      problems.push(`${invoiceId}: names another company than its id was derived from`);
    for (const name of documentsNamedIn(invoiceId, stream)) {
      const path = documentPath(invoiceId, name);
      const content = files.read(path);
      if (!content) {
        if (!missing.has(path)) problems.push(`${path}: missing, though the history names it`);
      } else if (digestOf('sha256', content, 'base64url') !== parseDocumentName(name)?.sha256) {
        problems.push(`${path}: not the document that the history names`);
      }
    }
  }
}

function streamsOf(commits: readonly Commit[]): Map<InvoiceId, Commit[]> {
  const streams = new Map<InvoiceId, Commit[]>();
  for (const commit of commits) {
    const stream = streams.get(commit.invoiceId);
    if (stream) stream.push(commit);
    else streams.set(commit.invoiceId, [commit]);
  }
  return streams;
}

/** A day is sealed in the night after it, or in one of the next where SealFn failed. @returns the first day that may be without a seal */
function sealedBefore({ exportedAt }: Manifest): Day | undefined {
  return Number.isNaN(Date.parse(exportedAt)) ? undefined : dayBefore(dayBefore(dayOf({ at: exportedAt })));
}

/** @returns how many commits are proven to be in the seal of their day */
function checkProofs(
  commits: readonly Commit[],
  known: {
    readonly seals: readonly Seal[];
    readonly proofs: readonly InclusionProof[];
    /** Without it every commit has to be proven. */
    readonly sealedBefore: Day | undefined;
  },
  problems: string[],
): number {
  const sealOfDay = new Map(known.seals.map((seal) => [seal.day, seal]));
  const proofOf = new Map(known.proofs.map((proof) => [`${proof.invoiceId} ${proof.version}`, proof]));
  let proven = 0;
  for (const commit of commits) {
    const { invoiceId, version, hash } = commit;
    const day = dayOf(commit);
    const seal = sealOfDay.get(day);
    const proof = proofOf.get(`${invoiceId} ${version}`);
    if (!seal && !proof) {
      if (known.sealedBefore === undefined || day < known.sealedBefore) {
        problems.push(`${invoiceId}: version ${version} is of ${day}, and there is no seal of that day`);
      }
      continue;
    }
    const holds = seal && proof && proof.hash === hash && proof.day === day && proves(proof, seal);
    if (holds && sealHash(seal) === seal.hash) proven++;
    else problems.push(`${invoiceId}: version ${version} is not in the seal of ${day}`);
  }
  return proven;
}

/**
 * As a line of {@link EVENTS}, {@link SEALS} or {@link PROOFS}. A commit that somebody edited into something without a canonical form is
 * written as well as it can be: its hash does not hold there either.
 */
export function jsonLine(value: object): string {
  try {
    return `${canonicalJson(value)}\n`;
  } catch (error) {
    if (error instanceof NotCanonical) return `${JSON.stringify(value)}\n`;
    throw error;
  }
}

/** What a value is, or `undefined` when it has not the shape of that. */
type Shape<T> = (value: unknown) => T | undefined;

function lines<T>(files: BundleFiles, name: string, as: Shape<T>, problems: string[]): T[] {
  const content = files.read(name);
  if (!content) return [];
  const texts = Buffer.from(content).toString('utf8').split('\n').filter(Boolean);
  return texts.flatMap((text, index) => json(Buffer.from(text), `${name}, line ${index + 1}`, as, problems) ?? []);
}

function json<T>(content: Uint8Array | undefined, what: string, as: Shape<T>, problems: string[]): T | undefined {
  if (!content) {
    problems.push(`${what}: missing`);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    problems.push(`${what}: not JSON`);
    return undefined;
  }
  const read = as(value);
  if (read === undefined) problems.push(`${what}: not what it should be`);
  return read;
}

function asManifest(value: unknown): Manifest | undefined {
  const manifest = (value ?? {}) as Partial<Manifest>;
  const { v, companyCnpj, from, to, exportedAt, software, invoices, commits, missingDocuments, files } = manifest;
  const isTold =
    v === 1 &&
    areTexts([companyCnpj, from, to, exportedAt, software]) &&
    Number.isSafeInteger(invoices) &&
    Number.isSafeInteger(commits) &&
    areTexts(missingDocuments) &&
    Array.isArray(files) &&
    files.every((file: Partial<ManifestFile> | null) => areTexts([file?.name, file?.sha256]));
  return isTold ? (manifest as Manifest) : undefined;
}

const areTexts = (values: unknown): boolean =>
  Array.isArray(values) && values.every((value) => typeof value === 'string');
