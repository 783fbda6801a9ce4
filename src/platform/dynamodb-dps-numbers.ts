import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Item, itemOf } from '../aws/document-client.ts';
import { type CounterChange, CounterChanged, type DpsCounter, NothingToRewind } from '../commands/company-ports.ts';
import { type DpsNumbers, DpsNumberTooFar, LAST_DPS_NUMBER, SeriesExhausted } from '../commands/ports.ts';

/** Two updates that each lost against another writer; a third loss means that somebody moves the counter without pause. */
const MAX_RESERVE_ATTEMPTS = 3;

/**
 * `DpsNumbersTable`: one item a company and series. `lastNumber` is the counter, `usedNumber` the highest number that any emission took or
 * brought along; registrations move the first alone, so that the counter can go back to the second and no further. One write unit a number.
 * Changes by hand are items of their own (`SERIES#TIME`), which nothing changes or deletes.
 *
 * @param maxJump how far one emission without a reason may move a counter forward
 */
export function dynamoDbDpsNumbers(
  client: DynamoDBDocumentClient,
  tableName: string,
  maxJump: number,
): DpsNumbers & DpsCounter {
  async function state(companyCnpj: string, series: string) {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { companyCnpj, series }, ConsistentRead: true }),
    );
    return counterIn(Item);
  }

  /** Changes the counter and puts the change on record, both or neither. */
  async function change(
    { companyCnpj, series }: { readonly companyCnpj: string; readonly series: string },
    update: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>,
    record: CounterChange,
  ): Promise<void> {
    try {
      await client.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Update: {
                TableName: tableName,
                Key: { companyCnpj, series },
                UpdateExpression: update.UpdateExpression ?? '',
                ConditionExpression: update.ConditionExpression,
                ExpressionAttributeValues: update.ExpressionAttributeValues,
              },
            },
            {
              Put: {
                TableName: tableName,
                Item: { companyCnpj, series: `${series}#${record.at}`, change: record },
                ConditionExpression: 'attribute_not_exists(companyCnpj)',
              },
            },
          ],
        }),
      );
    } catch (error) {
      if (error instanceof TransactionCanceledException)
        throw new CounterChanged(companyCnpj, series, { cause: error });
      throw error;
    }
  }

  return {
    async take(companyCnpj, series) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { companyCnpj, series },
            // Both from the counter as it was before: it is the next number that is used now.
            UpdateExpression:
              'SET lastNumber = if_not_exists(lastNumber, :none) + :one, usedNumber = if_not_exists(lastNumber, :none) + :one',
            ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :last',
            ExpressionAttributeValues: { ':none': 0, ':one': 1, ':last': LAST_DPS_NUMBER },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return Attributes?.lastNumber;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new SeriesExhausted(companyCnpj, series);
        throw error;
      }
    },

    async reserve(companyCnpj, series, number, mayJump = false) {
      const update = (UpdateExpression: string, ConditionExpression: string, values: Item = {}) =>
        updatedOrFound(client, {
          TableName: tableName,
          Key: { companyCnpj, series },
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeValues: { ':number': number, ...values },
        });
      const isNew = 'attribute_not_exists(lastNumber)';
      const steps = 'lastNumber < :number AND lastNumber >= :least';
      const least = mayJump ? 0 : number - maxJump;
      for (let attempt = 1; attempt <= MAX_RESERVE_ATTEMPTS; attempt++) {
        const found = await update(
          'SET lastNumber = :number, usedNumber = :number',
          least <= 0 ? `${isNew} OR (${steps})` : steps,
          { ':least': least },
        );
        if (!found) return;
        if (found.lastNumber < number) {
          if (found.lastNumber < least) throw new DpsNumberTooFar(series, number, found.lastNumber + maxJump);
          continue; // another writer came between
        }
        // The counter is past this number: whether a note has it is for the authority to say, but nothing may rewind below it.
        if (found.usedNumber >= number) return;
        if (!(await update('SET usedNumber = :number', 'usedNumber < :number AND lastNumber >= :number'))) return;
      }
      throw new CounterChanged(companyCnpj, series);
    },

    async state(companyCnpj, series) {
      const { lastNumber, usedNumber } = await state(companyCnpj, series);
      return { nextNumber: lastNumber + 1, usedNumber };
    },

    async changes(companyCnpj, series) {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'companyCnpj = :company AND begins_with(series, :changes)',
          ExpressionAttributeValues: { ':company': companyCnpj, ':changes': `${series}#` },
          ConsistentRead: true,
        },
      );
      const changes: CounterChange[] = [];
      for await (const { Items = [] } of pages) changes.push(...Items.map((item) => item.change as CounterChange));
      return changes;
    },

    async moveOn(companyCnpj, series, number, occasion) {
      const { lastNumber, usedNumber } = await state(companyCnpj, series);
      if (lastNumber >= number) return;
      await change(
        { companyCnpj, series },
        {
          UpdateExpression: 'SET lastNumber = :number, usedNumber = :used',
          ConditionExpression:
            '(attribute_not_exists(lastNumber) OR lastNumber = :before) AND (attribute_not_exists(usedNumber) OR usedNumber = :used)',
          ExpressionAttributeValues: { ':number': number, ':used': usedNumber, ':before': lastNumber },
        },
        { kind: 'moved-on', from: lastNumber + 1, to: number + 1, ...occasion },
      );
    },

    async rewind(companyCnpj, series, occasion) {
      const { lastNumber, usedNumber } = await state(companyCnpj, series);
      if (usedNumber >= lastNumber) throw new NothingToRewind(companyCnpj, series);
      await change(
        { companyCnpj, series },
        {
          UpdateExpression: 'SET lastNumber = :used',
          // Whoever took a number since the read used it.
          ConditionExpression: 'lastNumber = :before AND usedNumber = :used',
          ExpressionAttributeValues: { ':used': usedNumber, ':before': lastNumber },
        },
        { kind: 'rewound', from: lastNumber + 1, to: usedNumber + 1, ...occasion },
      );
    },
  };
}

interface Counter {
  readonly lastNumber: number;
  readonly usedNumber: number;
}

/** A counter from before `usedNumber` was written says nothing of what was used: then everything was. */
function counterIn(item: Item | undefined): Counter {
  const lastNumber: number = item?.lastNumber ?? 0;
  return { lastNumber, usedNumber: item?.usedNumber ?? lastNumber };
}

/** @returns `undefined` once it is updated; the counter as it was found where the condition refused */
async function updatedOrFound(client: DynamoDBDocumentClient, input: UpdateCommandInput): Promise<Counter | undefined> {
  try {
    await client.send(new UpdateCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return counterIn(error.Item && itemOf(error.Item));
  }
}
