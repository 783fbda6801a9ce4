import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbDpsNumbers } from '../platform/dynamodb-dps-numbers.ts';
import { companyIn } from './company-request.ts';
import { lambda } from './lambda.ts';
import { seriesIn, seriesResource } from './series-request.ts';

const config = readConfig();
const numbers = dynamoDbDpsNumbers(dynamoDb(), config.tables.dpsNumbers, config.maxDpsNumberJump);

/** A company's counter in a series, and who changed it by hand. */
export const handler = lambda('series', async (call) => {
  const companyCnpj = companyIn(call);
  const series = seriesIn(call);
  call.note({ companyCnpj });
  return { status: 200, body: await seriesResource(numbers, companyCnpj, series) };
});
