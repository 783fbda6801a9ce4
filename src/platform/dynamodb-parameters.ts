import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, REQUEST_BACK_OFF } from '../aws/batches.ts';
import type { Item } from '../aws/document-client.ts';
import { expiryOf, type ParameterRecord, type ParameterRecords } from '../commands/municipal-parameters/records.ts';
import { distinctQuestions, parameterKey } from '../nfse/municipal-parameters/questions.ts';

/** How long it is worth knowing that a question was never answered. */
const FAILURE_KEPT_SECONDS = 86_400;

/**
 * `ParametersTable`: one item a question, which an answer replaces and a failure only marks, so that the last answer stays.
 *
 * @returns `of` throws BatchUnfinished
 */
export function dynamoDbParameters(
  client: DynamoDBDocumentClient,
  tableName: string,
  backOff: BackOff = REQUEST_BACK_OFF,
): ParameterRecords {
  return {
    async of(municipalityCode, questions) {
      const keys = distinctQuestions(questions).map((question) => ({
        municipalityCode,
        parameter: parameterKey(question),
      }));
      return (await batchGet(client, { tableName, keys }, backOff)).map(recordOf);
    },

    async answered(municipalityCode, question, answer, at) {
      const Item = {
        municipalityCode,
        parameter: parameterKey(question),
        answer,
        answeredAt: at.toISOString(),
        expiresAt: seconds(expiryOf(answer, at).getTime()),
      };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },

    async failed(municipalityCode, question, failure) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { municipalityCode, parameter: parameterKey(question) },
          UpdateExpression: 'SET failure = :failure, expiresAt = if_not_exists(expiresAt, :expiresAt)',
          ExpressionAttributeValues: {
            ':failure': failure,
            ':expiresAt': seconds(Date.parse(failure.at)) + FAILURE_KEPT_SECONDS,
          },
        }),
      );
    },
  };
}

const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);

/** What the table holds was written by the two writes above. */
function recordOf({ expiresAt: _, ...record }: Item): ParameterRecord {
  return record as ParameterRecord;
}
