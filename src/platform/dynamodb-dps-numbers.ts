import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DpsCounter } from '../commands/company-ports.ts';
import { type DpsNumbers, LAST_DPS_NUMBER, SeriesExhausted } from '../commands/ports.ts';

/** `DpsNumbersTable`: one item a company and series, whose `lastNumber` only grows. One write unit a number. */
export function dynamoDbDpsNumbers(client: DynamoDBClient, tableName: string): DpsNumbers & DpsCounter {
  const key = (companyCnpj: string, series: string) => ({ companyCnpj: { S: companyCnpj }, series: { S: series } });
  return {
    async take(companyCnpj, series) {
      try {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: key(companyCnpj, series),
            UpdateExpression: 'ADD lastNumber :one',
            ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :last',
            ExpressionAttributeValues: { ':one': { N: '1' }, ':last': { N: String(LAST_DPS_NUMBER) } },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return Number(Attributes?.lastNumber?.N);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new SeriesExhausted(companyCnpj, series);
        throw error;
      }
    },
    async next(companyCnpj, series) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: key(companyCnpj, series), ConsistentRead: true }),
      );
      return Number(Item?.lastNumber?.N ?? 0) + 1;
    },
    async reserve(companyCnpj, series, number) {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: key(companyCnpj, series),
            UpdateExpression: 'SET lastNumber = :number',
            ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :number',
            ExpressionAttributeValues: { ':number': { N: String(number) } },
          }),
        );
      } catch (error) {
        // The counter is past this number already: nothing to reserve, and whether it is free is for the authority to say.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
