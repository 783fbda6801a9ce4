import { readConfig } from '../platform/config.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { dynamoDb } from './aws-clients.ts';
import { companyIn, companyNotFound, companyResource } from './company-request.ts';
import { lambda } from './lambda.ts';
import { etag } from './resource.ts';

const config = readConfig();
const client = dynamoDb();
const companies = dynamoDbCompanies(client, config.tables.companies);
const numbers = dynamoDbDpsNumbers(client, config.tables.dpsNumbers, config.maxDpsNumberJump);

export const handler = lambda('company', async (call) => {
  const companyCnpj = companyIn(call);
  call.note({ companyCnpj });
  const company = await companies.get(companyCnpj);
  if (!company) throw companyNotFound();
  const { nextNumber } = await numbers.state(companyCnpj, company.dps.series);
  return {
    status: 200,
    body: companyResource(company, nextNumber, call.now),
    headers: { etag: etag(company.version) },
  };
});
