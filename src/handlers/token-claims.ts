import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { PreTokenGenerationV2TriggerEvent, PreTokenGenerationV3TriggerEvent } from 'aws-lambda';
import { readConfig } from '../platform/config.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { logger } from '../platform/logger.ts';
import { dynamoDb } from './aws-clients.ts';

const config = readConfig();
const client = dynamoDb();
const environment = environmentFacts();

/** A sign-in of a person, or of a program. */
export type SignIn = PreTokenGenerationV2TriggerEvent | PreTokenGenerationV3TriggerEvent;

/**
 * What Cognito asks before it gives out an access token: the claim that says which companies its bearer may act for. A person's are an
 * attribute of the user, which only an administrator writes; a program's are in its item of `ClientsTable`. A program without an item
 * acts for no company.
 */
export async function handler(event: SignIn): Promise<SignIn> {
  const { triggerSource: source, callerContext } = event;
  const companies = await companiesFor(event, companiesOf);
  logger.info('token', { clientId: callerContext.clientId, source, actsForSome: companies !== '', ...environment() });
  event.response = {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: { claimsToAddOrOverride: { 'custom:companies': companies } },
    },
  };
  return event;
}

/**
 * For which companies the bearer of the token may act: CNPJs separated by commas, `*` for every company, nothing for none.
 *
 * @param ofProgram what is stored for a program, by its client id; what the program sends along is never looked at
 */
export async function companiesFor(
  { triggerSource, callerContext, request }: Pick<SignIn, 'triggerSource' | 'callerContext' | 'request'>,
  ofProgram: (clientId: string) => Promise<string>,
): Promise<string> {
  if (triggerSource === 'TokenGeneration_ClientCredentials') return ofProgram(callerContext.clientId);
  return request.userAttributes['custom:companies'] ?? '';
}

async function companiesOf(clientId: string): Promise<string> {
  const { Item } = await client.send(new GetCommand({ TableName: config.tables.clients, Key: { clientId } }));
  // Whatever else somebody put there gives no company.
  return typeof Item?.companies === 'string' ? Item.companies : '';
}
