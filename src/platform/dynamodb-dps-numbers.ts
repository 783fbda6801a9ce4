import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DpsCounter } from '../commands/company-ports.ts';
import { type DpsNumbers, LAST_DPS_NUMBER, SeriesExhausted } from '../commands/ports.ts';

/** `DpsNumbersTable`: one item a company and series, whose `lastNumber` only grows. One write unit a number. */
export function dynamoDbDpsNumbers(client: DynamoDBDocumentClient, tableName: string): DpsNumbers & DpsCounter {
  return {
    async take(companyCnpj, series) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { companyCnpj, series },
            UpdateExpression: 'ADD lastNumber :one',
            ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :last',
            ExpressionAttributeValues: { ':one': 1, ':last': LAST_DPS_NUMBER },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return Attributes?.lastNumber;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new SeriesExhausted(companyCnpj, series);
        throw error;
      }
    },
    async next(companyCnpj, series) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { companyCnpj, series }, ConsistentRead: true }),
      );
      return (Item?.lastNumber ?? 0) + 1;
    },
    async reserve(companyCnpj, series, number) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { companyCnpj, series },
            UpdateExpression: 'SET lastNumber = :number',
            ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :number',
            ExpressionAttributeValues: { ':number': number },
          }),
        );
      } catch (error) {
        // The counter is past this number already: nothing to reserve, and whether it is free is for the authority to say.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
