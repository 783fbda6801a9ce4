import { type Company, CompanyChanged } from '../commands/company-ports.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { dynamoDb } from './aws-clients.ts';
import { withoutBlankTexts } from './blank-texts.ts';
import {
  companyChanged,
  companyIn,
  companyResource,
  environmentOf,
  RegistrationBody,
  versionExpected,
  versionMissing,
} from './company-request.ts';
import { numberTooFar } from './error-answers.ts';
import { lambda } from './lambda.ts';
import { invalid } from './problem.ts';
import { readBody } from './request-body.ts';
import { parse } from './request-fields.ts';
import { etag } from './resource.ts';

export { RegistrationBody as Body };

const config = readConfig();
const client = dynamoDb();
const companies = dynamoDbCompanies(client, config.tables.companies);
const numbers = dynamoDbDpsNumbers(client, config.tables.dpsNumbers, config.maxDpsNumberJump);
const ownEnvironment = environmentOf(config.national.environment);

/**
 * Registers a company, or changes the registration it has. Here the counter of numbers moves forward only, and far only for a reason: a
 * number that may be on a note already is never given again, whatever an edit says.
 */
export const handler = lambda('register', async (call) => {
  const companyCnpj = companyIn(call);
  const expected = versionExpected(call);
  const json = withoutBlankTexts(RegistrationBody, readBody(call.event));
  const { dps, environment = ownEnvironment, ...rest } = parse(RegistrationBody, json);
  const { series, nextNumber = 1, jumpReason } = dps;
  if (!jumpReason) await checkJump(companyCnpj, series, nextNumber);
  const registration = { ...rest, dps: { series }, environment };
  const change = { by: call.caller.name, at: call.now.toISOString() };
  let company: Company;
  try {
    company = await companies.put(companyCnpj, registration, expected ?? 0, change);
  } catch (error) {
    if (!(error instanceof CompanyChanged)) throw error;
    throw expected === undefined ? versionMissing(error) : companyChanged(error);
  }
  call.note({ companyCnpj, version: company.version });
  const occasion = { ...change, ...(jumpReason ? { reason: jumpReason } : {}) };
  if (nextNumber > 1) await numbers.moveOn(companyCnpj, series, nextNumber - 1, occasion);
  const body = companyResource(company, (await numbers.state(companyCnpj, series)).nextNumber, call.now);
  const headers = { etag: etag(company.version) };
  return company.version === 1
    ? { status: 201, body, headers: { ...headers, location: `/companies/${companyCnpj}` } }
    : { status: 200, body, headers };
});

/** Before anything is written: a mistaken digit would use up the series. @throws Problem 422 */
async function checkJump(companyCnpj: Cnpj, series: string, nextNumber: number): Promise<void> {
  if (nextNumber - 1 <= config.maxDpsNumberJump) return;
  const { nextNumber: before } = await numbers.state(companyCnpj, series);
  const highest = before + config.maxDpsNumberJump;
  if (nextNumber > highest) throw invalid([numberTooFar('/dps/nextNumber', highest)]);
}
