import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { PreTokenGenerationV2TriggerEvent, PreTokenGenerationV3TriggerEvent } from 'aws-lambda';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { logger } from '../platform/logger.ts';

const config = readConfig();
const client = dynamoDb();

/** A sign-in of a person, or of a program. */
export type SignIn = PreTokenGenerationV2TriggerEvent | PreTokenGenerationV3TriggerEvent;

/**
 * What Cognito asks before it gives out an access token: the claim that says which companies its bearer may act for. A person's are an
 * attribute of the user, which only an administrator writes; a program's are in its item of `ClientsTable`. A program without an item
 * acts for no company.
 */
export async function handler(event: SignIn): Promise<SignIn> {
  const { triggerSource: source, callerContext, request } = event;
  const { clientId } = callerContext;
  const companies =
    source === 'TokenGeneration_ClientCredentials'
      ? await companiesOf(clientId)
      : (request.userAttributes['custom:companies'] ?? '');
  logger.info('token', { clientId, source, actsForSome: companies !== '' });
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: { claimsToAddOrOverride: { 'custom:companies': companies } },
    },
  };
  return event;
}

/** CNPJs separated by commas, or `*` for every company. */
async function companiesOf(clientId: string): Promise<string> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: config.tables.clients, Key: { clientId: { S: clientId } } }),
  );
  return Item?.companies?.S ?? '';
}
