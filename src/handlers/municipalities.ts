import { readConfig } from '../platform/config.ts';
import { dynamoDbLanes } from '../platform/dynamodb-lanes.ts';
import { dynamoDb } from './aws-clients.ts';
import { lambda } from './lambda.ts';
import { laneResource } from './lane-request.ts';

const lanes = dynamoDbLanes(dynamoDb(), readConfig().tables.lanes);

/** Every lane that a worker has met, or that somebody holds. */
export const handler = lambda('municipalities', async (call) => {
  const records = (await lanes.all()).toSorted((a, b) => (a.lane < b.lane ? -1 : 1));
  call.note({ lanes: records.length });
  const items = records.map((record) => laneResource(record, call.now));
  return { status: 200, body: { at: call.now.toISOString(), items } };
});
