import { createHash } from 'node:crypto';
import { parseDocumentName } from '../../events/document-key.ts';

/** A part of a day's documents: what one partition of the table holds, and later one pack of the archive. */
export interface DayPart {
  /** `2026-11-26`, UTC. */
  readonly day: string;
  /** `00` to `ff`. */
  readonly shard: string;
}

/** All documents of an invoice are in the same one of each day's parts. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));

/** The part that a document is in; `undefined` for one whose key names no day. */
export function dayPartOf(key: string): DayPart | undefined {
  const [invoiceId = '', name = ''] = key.split('/');
  const day = parseDocumentName(name)?.day;
  return day === undefined ? undefined : { day, shard: shardOf(invoiceId) };
}

function shardOf(invoiceId: string): string {
  return createHash('sha256').update(invoiceId, 'utf8').digest('hex').slice(0, 2);
}
