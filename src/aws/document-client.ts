import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, type NativeAttributeValue } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** An item, or its key, in JavaScript's own types. */
export type Item = Record<string, NativeAttributeValue>;

/**
 * The client of every adapter: it takes and gives JavaScript's own types.
 *
 * - `undefined` members are not stored: the canonical form that is hashed leaves them out as well.
 * - Writing a number above `Number.MAX_SAFE_INTEGER` throws, and so does an instance of a class: nothing is stored inexactly.
 * - Numbers are read by {@link exactNumber}; none ever becomes a `bigint`.
 *
 * @param client owned by the result from now on, whose `destroy` ends it
 */
export function documentClient(client: DynamoDBClient): DynamoDBDocumentClient {
  const documents = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  });
  return Object.assign(documents, { destroy: () => client.destroy() });
}

/** An item that did not pass through the document client: an image of a stream, or the item that blocked a conditional write. */
export function itemOf(attributes: Record<string, AttributeValue>): Item {
  return unmarshall(attributes, { wrapNumbers: exactNumber });
}

/**
 * The number that DynamoDB's text stands for, `NaN` where a double would silently become another number: this project writes safe
 * integers, so `1.00000000000000000001` and `9007199254740993` are edits. A thrown error would hide the other items of the page;
 * `NaN` has no canonical form, so the audit finds it.
 */
function exactNumber(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && String(value) !== text ? Number.NaN : value;
}
