import * as z from 'zod/mini';
import { latestCompetence } from '../commands/store-dps.ts';
import { hasOwnSystem } from '../nfse/municipality-profiles/profiles.ts';
import { AUTHORITIES } from '../nfse/routing/route.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbCompanies } from '../platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { dynamoDb } from './aws-clients.ts';
import { companyIn, companyNotFound, companyResource } from './company-request.ts';
import { date, municipality, text } from './emission-fields.ts';
import { lambda } from './lambda.ts';
import { readBody } from './request-body.ts';
import { fail, parse } from './request-fields.ts';
import { etag } from './resource.ts';

export const Body = z.strictObject({
  municipalityCode: z.optional(municipality),
  authority: z.enum([...AUTHORITIES, 'rule']),
  from: z.optional(date),
  until: z.optional(date),
  reason: text(200, 5),
});

const config = readConfig();
const client = dynamoDb();
const companies = dynamoDbCompanies(client, config.tables.companies);
const numbers = dynamoDbDpsNumbers(client, config.tables.dpsNumbers, config.maxDpsNumberJump);
const profileOf = municipalityProfiles(config.municipalityProfilesFile);

/** Puts a decision on record: which authority takes the company's invoices in a municipality from a day on, where the rule leaves room for one. */
export const handler = lambda('decide-route', async (call) => {
  const companyCnpj = companyIn(call);
  call.note({ companyCnpj });
  const { municipalityCode: named, authority, from: asked, until, reason } = parse(Body, readBody(call.event));
  const company = await companies.get(companyCnpj);
  if (!company) throw companyNotFound();
  const municipalityCode = named ?? company.municipalityCode;
  if (authority === 'city' && !hasOwnSystem(profileOf(municipalityCode))) fail('/authority', 'no-city-system');
  const at = call.now.toISOString();
  const from = asked ?? latestCompetence(at, municipalityCode);
  if (until !== undefined && until < from) fail('/until', 'period');
  const decided = await companies.decideRoute(companyCnpj, {
    municipalityCode,
    authority,
    from,
    ...(until ? { until } : {}),
    reason,
    by: call.caller.name,
    at,
  });
  const { nextNumber } = await numbers.state(companyCnpj, decided.dps.series);
  return {
    status: 200,
    body: companyResource(decided, nextNumber, call.now),
    headers: { etag: etag(decided.version) },
  };
});
