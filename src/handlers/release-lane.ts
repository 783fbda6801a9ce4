import { readConfig } from '../platform/config.ts';
import { dynamoDbLanes } from '../platform/dynamodb-lanes.ts';
import { checkEveryCompany } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { lambda } from './lambda.ts';
import { laneResource, municipalityIn } from './lane-request.ts';

const lanes = dynamoDbLanes(dynamoDb(), readConfig().tables.lanes);

/** Ends a hold. A lane that nobody holds stays as it is, so a release may be sent twice. */
export const handler = lambda('release-lane', async (call) => {
  checkEveryCompany(call.caller, 'A fila de um município é');
  const municipalityCode = municipalityIn(call);
  call.note({ municipalityCode });
  const released = await lanes.release(municipalityCode);
  const [record] = released ? [released] : await lanes.of([municipalityCode]);
  return { status: 200, body: laneResource(record ?? { lane: municipalityCode, workers: {} }, call.now) };
});
