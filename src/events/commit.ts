import { hash as digest } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { EVENT_SCHEMAS, EVENT_VERSIONS, type EventMeta, type InvoiceEvent, type NewEvent } from './event-types.ts';
import type { InvoiceId } from './ids.ts';

/** An event as it lies in the table, of whatever schema version it was written with. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly v: number;
  readonly at: string;
  readonly data: unknown;
  readonly meta: EventMeta;
}

/** One write to a stream: one or more events that happened together, chained to the commit before. */
export interface Commit {
  readonly invoiceId: InvoiceId;
  /** Number of the commit's first event, from 1. */
  readonly version: number;
  /** Version of the next commit. */
  readonly next: number;
  /** Minted by the writer before the first try: by it a writer knows its own work after an answer that got lost. */
  readonly commitId: string;
  readonly at: string;
  readonly events: readonly StoredEvent[];
  readonly prevHash: string;
  readonly hash: string;
}

/** A commit whose events fit the newest schemas: what this version of the service writes. It can be folded without an upcast. */
export interface CurrentCommit extends Commit {
  readonly events: readonly InvoiceEvent[];
}

/**
 * Whether a value has the shape of a commit. Whoever can edit the table can write anything, and what has not even the shape must be
 * found like any other edit. What a commit of this shape says may still be wrong.
 */
export function isCommit(value: unknown): value is Commit {
  if (!isObject(value)) return false;
  const { invoiceId, version, next, commitId, at, events, prevHash, hash } = value;
  return (
    areTexts(invoiceId, commitId, at, prevHash, hash) &&
    Number.isSafeInteger(version) &&
    Number.isSafeInteger(next) &&
    Array.isArray(events) &&
    events.length > 0 &&
    events.every(isStoredEvent)
  );
}

function isStoredEvent(value: unknown): value is StoredEvent {
  if (!isObject(value)) return false;
  const { id, type, v, at, meta } = value;
  return areTexts(id, type, at) && Number.isSafeInteger(v) && isObject(meta);
}

/** The events of a commit that somebody may have edited, as far as they are any. */
export function eventsIn({ events }: Pick<Commit, 'events'>): readonly StoredEvent[] {
  return Array.isArray(events) ? events.filter((event: StoredEvent) => isObject(event)) : [];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const areTexts = (...values: readonly unknown[]): boolean => values.every((value) => typeof value === 'string');

/** Where a stream ends: the version the next commit takes, and the hash it is chained to. */
export interface Tip {
  readonly version: number;
  readonly hash: string;
}

/** The tip of a stream that has no commit. */
export const START: Tip = { version: 1, hash: '' };

/** What a writer wants to append, before it has become a commit. */
export interface Draft {
  readonly invoiceId: InvoiceId;
  readonly tip: Tip;
  readonly events: readonly NewEvent[];
  readonly meta: EventMeta;
  readonly commitId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** DynamoDB takes 400 KB an item; the rest is left for what the item gains on its way (attribute names, index copies). */
export const MAX_COMMIT_BYTES = 300 * 1024;

/** The commit is larger than an item may be. Nothing was sent. */
export class CommitTooLarge extends Error {
  override readonly name = 'CommitTooLarge';
  readonly code = 'commit-too-large';
  readonly bytes: number;
  constructor(invoiceId: InvoiceId, bytes: number) {
    super(`A commit of ${bytes} bytes for invoice ${invoiceId} exceeds ${MAX_COMMIT_BYTES}`);
    this.bytes = bytes;
  }
}

/**
 * Makes the commit: gives each event its id and version, checks it against its schema (what is written must be readable),
 * and chains it to the tip.
 *
 * @throws CommitTooLarge, NotCanonical, or zod's error for an event that fits no schema
 */
export function commitOf(draft: Draft): CurrentCommit {
  const meta = defined(draft.meta);
  const events = draft.events.map(
    ({ type, data }, index) =>
      ({
        id: `${draft.commitId}.${index + 1}`,
        type,
        v: EVENT_VERSIONS[type],
        at: draft.at,
        data: defined(EVENT_SCHEMAS[type].parse(data)),
        meta,
      }) as InvoiceEvent,
  );
  const content = {
    invoiceId: draft.invoiceId,
    version: draft.tip.version,
    next: draft.tip.version + events.length,
    commitId: draft.commitId,
    at: draft.at,
    events,
    prevHash: draft.tip.hash,
  };
  const text = canonicalJson(content);
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MAX_COMMIT_BYTES) throw new CommitTooLarge(draft.invoiceId, bytes);
  return { ...content, hash: sha256(text) };
}

/** SHA-256 of a commit's canonical JSON without its own hash, in base64url (43 characters: item size is money). */
export function hashOf(content: Omit<Commit, 'hash'>): string {
  const { invoiceId, version, next, commitId, at, events, prevHash } = content;
  return sha256(canonicalJson({ invoiceId, version, next, commitId, at, events, prevHash }));
}

const sha256 = (text: string): string => digest('sha256', text, 'base64url');

/** The tip after a commit. */
export function tipAfter(commit: Commit): Tip {
  return { version: commit.next, hash: commit.hash };
}

/** Without members that are `undefined`: they have no place in the table, nor in the hash. */
function defined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
