import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditedDocuments, DocumentState } from '../../audit/verify-documents.ts';
import { DocumentDamaged, DocumentMissing } from '../../commands/ports.ts';
import type { S3 } from '../s3.ts';
import { documentStore } from './document-store.ts';
import { DAYS_IN_TABLE, documentItems } from './items.ts';
import { documentOpener, isWhatItsKeySays } from './opening.ts';
import { documentPacks } from './packs.ts';
import { type DayPart, dayPartOf } from './place.ts';
import { s3DocumentArchive } from './s3-archive.ts';

/** Each pack is some megabytes in memory. */
const MAX_CONCURRENT_PARTS = 4;
const MAX_CONCURRENT_DOCUMENTS = 16;

export interface AuditedDocumentsOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly objects: Pick<S3, 'get' | 'read' | 'putNew'>;
  readonly bucket: string;
  /** The table forgets what is older than {@link DAYS_IN_TABLE} days by then. */
  readonly now: Date;
}

/** The documents of an installation as an audit reads them: recent ones one by one in the table, all others pack by pack. */
export function auditedDocuments({
  client,
  tableName,
  objects,
  bucket,
  now,
}: AuditedDocumentsOptions): AuditedDocuments {
  const items = documentItems(client, tableName);
  const packs = documentPacks(objects, bucket);
  const store = documentStore(client, tableName, s3DocumentArchive(objects, bucket));
  const firstDayInTable = new Date(now.getTime() - DAYS_IN_TABLE * 86_400_000).toISOString().slice(0, 10);

  /** What the packs of a part have of these documents. What they do not have is in no pack. */
  async function statesInPacks(part: DayPart, keys: readonly string[]): Promise<Map<string, DocumentState>> {
    const wanted = new Set(keys);
    const states = new Map<string, DocumentState>();
    try {
      for await (const pack of packs.of(part)) {
        for (const { key, content } of pack) {
          if (wanted.has(key) && states.get(key) !== 'intact') {
            states.set(key, isWhatItsKeySays(key, content) ? 'intact' : 'damaged');
          }
        }
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      // A pack that does not unpack is no evidence of what is in it.
      for (const key of keys) if (!states.has(key)) states.set(key, 'damaged');
    }
    return states;
  }

  /** A document that no pack has as it should be. It may be an object of its own, or in the table alone. */
  async function stateElsewhere(key: string, inPacks: DocumentState): Promise<DocumentState> {
    const whole = await objects.get(bucket, key);
    if (whole) return isWhatItsKeySays(key, Buffer.from(whole).toString('utf8')) ? 'intact' : 'damaged';
    if (!(await items.get(key))) return inPacks;
    try {
      await store.get(key);
      return 'intact';
    } catch (error) {
      if (error instanceof DocumentDamaged) return 'damaged';
      if (error instanceof DocumentMissing) return error.key === key ? 'missing' : 'damaged';
      throw error;
    }
  }

  return {
    async isIntact(key) {
      const part = dayPartOf(key);
      if (!part || part.day < firstDayInTable) return false;
      try {
        await documentOpener(items.get)(key);
        return true;
      } catch (error) {
        if (error instanceof DocumentDamaged || error instanceof DocumentMissing) return false;
        throw error;
      }
    },

    async statesOn(_day, keys) {
      const states = new Map<string, DocumentState>();
      const parts = Map.groupBy(keys, (key) => dayPartOf(key)?.shard);
      await eachOf([...parts], MAX_CONCURRENT_PARTS, async ([, ofPart]) => {
        const part = dayPartOf(ofPart[0] ?? '');
        if (!part) return;
        for (const [key, state] of await statesInPacks(part, ofPart)) states.set(key, state);
      });
      const others = keys.filter((key) => states.get(key) !== 'intact');
      await eachOf(others, MAX_CONCURRENT_DOCUMENTS, async (key) => {
        states.set(key, await stateElsewhere(key, states.get(key) ?? 'missing'));
      });
      return states;
    },
  };
}

/** zlib's errors, and JSON's for a line that is none. */
function isDamage(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return error instanceof SyntaxError || (typeof code === 'string' && code.startsWith('Z_'));
}

async function eachOf<T>(all: readonly T[], concurrency: number, work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const worker = async () => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, worker));
}
