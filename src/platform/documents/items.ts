import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../aws/document-client.ts';
import { LATEST_DICTIONARY } from './encoding.ts';
import { type DayPart, dayPartOf } from './place.ts';

/** How long documents stay in the table. The archive has each a day later; until it has, there is this long to mend it. */
export const DAYS_IN_TABLE = 10;

/** A document as `DocumentsTable` has it. */
export interface DocumentItem {
  readonly key: string;
  readonly body: Uint8Array;
  readonly dictionary: number;
  /** Keys of the documents that it was compressed with, in their order. */
  readonly bases: readonly string[];
}

export interface DocumentItems {
  /** Writes it unless it is there. @returns whether it was written */
  put(item: Omit<DocumentItem, 'dictionary'>): Promise<boolean>;
  get(key: string): Promise<DocumentItem | undefined>;
}

/**
 * ```
 * dayPart     2026-11-26#3f
 * document    inv_…/sent-20261126-….json
 * body        raw DEFLATE
 * dictionary  number of the dictionary
 * bases       documents that it was compressed with; absent where there are none
 * expiresAt   seconds since 1970
 *
 * dayPart     certificates-2026-11#A, by what the hash begins with
 * document    certificates/2026-11/…
 * ```
 *
 * Certificates are kept anew each month: whatever authorities put into their answers is forgotten some day.
 */
export function documentItems(client: DynamoDBDocumentClient, TableName: string): DocumentItems {
  return {
    async put({ key, body, bases }) {
      const place = placeOf(key);
      if (!place) throw new RangeError(`${key} is no key of a document`);
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: {
              ...place.primaryKey,
              body,
              dictionary: LATEST_DICTIONARY,
              ...(bases.length > 0 && { bases }),
              expiresAt: place.expiresAt,
            },
            ConditionExpression: 'attribute_not_exists(document)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async get(key) {
      const place = placeOf(key);
      if (!place) return undefined;
      // Whoever is told of a document may come at once, and a replica may not have it yet.
      const { Item } = await client.send(new GetCommand({ TableName, Key: place.primaryKey, ConsistentRead: true }));
      return Item && itemIn(Item);
    },
  };
}

interface Place {
  readonly primaryKey: { readonly dayPart: string; readonly document: string };
  readonly expiresAt: number;
}

/** Where a document is in the table, and until when; `undefined` for a key from before documents were kept by day: the table has none of these. */
function placeOf(key: string): Place | undefined {
  const place = (dayPart: string, firstDay: string, days: number): Place => ({
    primaryKey: { dayPart, document: key },
    expiresAt: Date.parse(firstDay) / 1000 + (days + DAYS_IN_TABLE) * 86_400,
  });
  const part = dayPartOf(key);
  if (part) return place(partition(part), part.day, 1);
  const certificate = certificateIn(key);
  if (!certificate) return undefined;
  const { month, digest } = certificate;
  // It outlives every document of its month.
  return place(`certificates-${month}#${digest.slice(0, 1)}`, `${month}-01`, LONGEST_MONTH + 1);
}

const LONGEST_MONTH = 31;

/** @param month `2026-11` */
export const certificateKey = (month: string, digest: string): string => `certificates/${month}/${digest}`;

const CERTIFICATE_KEY = /^certificates\/(\d{4}-\d{2})\/([\w-]{43})$/;

/** What {@link certificateKey} was made of; `undefined` for any other key. */
export function certificateIn(key: string): { readonly month: string; readonly digest: string } | undefined {
  const [, month, digest] = CERTIFICATE_KEY.exec(key) ?? [];
  return month !== undefined && digest !== undefined ? { month, digest } : undefined;
}

export const partition = ({ day, shard }: DayPart) => `${day}#${shard}`;

/** Somebody may have edited the item: what is not of its kind is taken for nothing, and the document then fails its hash. */
export function itemIn({ document, body, dictionary, bases }: Item): DocumentItem {
  return {
    key: document,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    dictionary: Number(dictionary),
    bases: Array.isArray(bases) ? bases.filter((base) => typeof base === 'string') : [],
  };
}
