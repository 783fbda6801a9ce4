import * as z from 'zod/mini';
import { parametersView } from '../commands/municipal-parameters/view.ts';
import { latestCompetence } from '../commands/store-dps.ts';
import { type ParameterQuestion, parameterService } from '../nfse/municipal-parameters/questions.ts';
import { municipalityName } from '../nfse/municipality-names.ts';
import { serviceCode } from '../nfse/service-codes.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbParameters } from '../platform/dynamodb-parameters.ts';
import { type Caller, mayAccess } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { cnpj, date, pattern } from './emission-fields.ts';
import { lambda } from './lambda.ts';
import { municipalityIn } from './lane-request.ts';
import { parameterRequests } from './parameter-requests.ts';
import { forbidden } from './problem.ts';
import { fail, field, parse } from './request-fields.ts';

export const Query = z.strictObject({
  service: z.optional(z.string().check(z.refine((code) => serviceCode(code) !== undefined, field('service-code')))),
  municipalCode: z.optional(pattern(/^\d{3}$/, 'municipal-service-code')),
  benefit: z.optional(pattern(/^\d{14}$/, 'benefit')),
  date: z.optional(date),
  companyCnpj: z.optional(cnpj),
});
type Query = z.infer<typeof Query>;

/** The worker takes a few seconds. */
const RETRY_AFTER_SECONDS = 3;

const config = readConfig();
const records = dynamoDbParameters(dynamoDb(), config.tables.parameters);
const requests = parameterRequests(config);

/**
 * What a municipality has set in the national system, as far as it is known here. The worker is asked for what is not, or is not fresh; nobody
 * waits for it.
 */
export const handler = lambda('municipality-parameters', async (call) => {
  const municipalityCode = municipalityIn(call);
  const query = parse(Query, call.event.queryStringParameters ?? {}, '/query');
  if (query.municipalCode !== undefined && query.service === undefined) fail('/query/service', 'required');
  const companyCnpj = companyOf(call.caller, query.companyCnpj);
  call.note({ municipalityCode, ...(companyCnpj && { companyCnpj }) });
  const today = latestCompetence(call.now.toISOString(), municipalityCode);
  const questions = questionsIn(query);
  const on = query.date ?? today;
  const known = await records.of(municipalityCode, questions);
  const { parameters, wanting, complete } = parametersView(known, questions, { now: call.now, date: on, companyCnpj });
  if (wanting.length > 0) {
    // Old answers are shown to anybody; new ones are asked for in the name of a company, whose certificate the worker shows.
    if (companyCnpj !== undefined) await requests.want({ municipalityCode, companyCnpj, questions: [...wanting] });
    else if (!complete) fail('/query/companyCnpj', 'required');
  }
  call.note({ complete, wanting: wanting.length });
  return {
    status: complete ? 200 : 202,
    body: { municipalityCode, name: municipalityName(municipalityCode), date: on, complete, ...parameters },
    ...(complete ? {} : { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }),
  };
});

function questionsIn({ service, municipalCode, benefit }: Query): readonly ParameterQuestion[] {
  const named = service === undefined ? undefined : parameterService(service, municipalCode);
  return [
    { kind: 'agreement' },
    { kind: 'withholdings' },
    ...(named === undefined
      ? []
      : [{ kind: 'rates', service: named } as const, { kind: 'specialRegimes', service: named } as const]),
    ...(benefit === undefined ? [] : [{ kind: 'benefit', benefit } as const]),
  ];
}

/** The company that is named, or the caller's only one; `undefined` for whoever has several or all, and names none. */
function companyOf({ companies, ...caller }: Caller, asked: string | undefined): string | undefined {
  if (asked !== undefined) {
    if (mayAccess({ companies, ...caller }, asked)) return asked;
    throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');
  }
  const [only, ...others] = companies === '*' ? [] : companies;
  return others.length === 0 ? only : undefined;
}
