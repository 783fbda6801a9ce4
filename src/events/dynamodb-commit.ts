import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Commit } from './commit.ts';

/**
 * An item of EventsTable as it lies there, whatever it is: somebody may have edited it, and one item must not keep the others of its page
 * from being read. A number too large to be exact comes out inexact, which the commit's hash tells.
 */
export const commitIn = (item: Record<string, AttributeValue>): Commit =>
  unmarshall(item, { wrapNumbers: Number }) as Commit;
