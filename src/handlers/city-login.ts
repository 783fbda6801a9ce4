import * as z from 'zod/mini';
import { readConfig } from '../platform/config.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { cityLoginWriter } from '../platform/secrets-manager.ts';
import { dynamoDb, secretsManager } from './aws-clients.ts';
import { companyIn, companyNotFound } from './company-request.ts';
import { municipality } from './emission-request.ts';
import { lambda } from './lambda.ts';
import { readBody } from './request-body.ts';
import { parse } from './request-fields.ts';

const secretText = z.string().check(z.minLength(1), z.maxLength(256));

export const Body = z.strictObject({ municipalityCode: municipality, user: secretText, password: secretText });

const config = readConfig();
const companies = dynamoDbCompanies(dynamoDb(), config.tables.companies);
const logins = cityLoginWriter(secretsManager(), config.cityLoginSecretPrefix, config.secretsKeyId);

/** Nothing of the body is noted or returned but the city that the login is for. */
export const handler = lambda('city-login', async (call) => {
  const companyCnpj = companyIn(call);
  call.note({ companyCnpj });
  const { municipalityCode, user, password } = parse(Body, readBody(call.event));
  if (!(await companies.get(companyCnpj))) throw companyNotFound();
  await logins.put(companyCnpj, municipalityCode, { user, password });
  return { status: 200, body: { companyCnpj, municipalityCode, storedAt: call.now.toISOString() } };
});
