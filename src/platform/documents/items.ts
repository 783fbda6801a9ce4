import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
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
 * dayPart     2026-11-26#3f, or `certificates`, which stay
 * document    inv_…/sent-20261126-….json
 * body        raw DEFLATE
 * dictionary  number of the dictionary
 * bases       documents that it was compressed with; absent where there are none
 * expiresAt   seconds since 1970
 * ```
 */
export function documentItems(client: DynamoDBClient, TableName: string): DocumentItems {
  return {
    async put({ key, body, bases }) {
      const primary = primaryKey(key);
      if (!primary) throw new RangeError(`${key} is no key of a document`);
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...primary,
              body: { B: body },
              dictionary: { N: String(LATEST_DICTIONARY) },
              ...(bases.length > 0 && { bases: { L: bases.map((base) => ({ S: base })) } }),
              ...expiry(key),
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
      const primary = primaryKey(key);
      if (!primary) return undefined;
      // Whoever is told of a document may come at once, and a replica may not have it yet.
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: primary, ConsistentRead: true }));
      return Item && itemIn(Item);
    },
  };
}

type PrimaryKey = Record<'dayPart' | 'document', AttributeValue>;

/** `undefined` for a key from before documents were kept by day: the table has none of these. */
function primaryKey(key: string): PrimaryKey | undefined {
  const part = dayPartOf(key);
  const dayPart = part ? partition(part) : isCertificate(key) && CERTIFICATES;
  return dayPart ? { dayPart: { S: dayPart }, document: { S: key } } : undefined;
}

/** The partition of those that have no day, and stay. */
const CERTIFICATES = 'certificates';
export const isCertificate = (key: string): boolean => key.startsWith(`${CERTIFICATES}/`);

export const certificateKey = (digest: string): string => `${CERTIFICATES}/${digest}`;

export const partition = ({ day, shard }: DayPart) => `${day}#${shard}`;

function expiry(key: string): { expiresAt?: AttributeValue } {
  const part = dayPartOf(key);
  return part ? { expiresAt: { N: String(Date.parse(part.day) / 1000 + (DAYS_IN_TABLE + 1) * 86_400) } } : {};
}

export function itemIn({ document, body, dictionary, bases }: Record<string, AttributeValue>): DocumentItem {
  return {
    key: document?.S ?? '',
    body: body?.B ?? new Uint8Array(),
    dictionary: Number(dictionary?.N),
    bases: (bases?.L ?? []).flatMap(({ S }) => S ?? []),
  };
}
