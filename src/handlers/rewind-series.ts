import * as z from 'zod/mini';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { companyIn } from './company-request.ts';
import { text } from './emission-fields.ts';
import { lambda } from './lambda.ts';
import { readBody } from './request-body.ts';
import { parse } from './request-fields.ts';
import { seriesIn, seriesResource } from './series-request.ts';

export const Body = z.strictObject({ reason: text(200, 5) });

const config = readConfig();
const numbers = dynamoDbDpsNumbers(dynamoDb(), config.tables.dpsNumbers, config.maxDpsNumberJump);

/** Lowers the counter to the highest number that an emission used: a jump that nothing was issued after is undone. */
export const handler = lambda('rewind-series', async (call) => {
  const companyCnpj = companyIn(call);
  const series = seriesIn(call);
  const { reason } = parse(Body, readBody(call.event));
  call.note({ companyCnpj });
  await numbers.rewind(companyCnpj, series, { by: call.caller.name, at: call.now.toISOString(), reason });
  return { status: 200, body: await seriesResource(numbers, companyCnpj, series) };
});
