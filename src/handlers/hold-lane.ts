import * as z from 'zod/mini';
import { readConfig } from '../platform/config.ts';
import { dynamoDbLanes } from '../platform/dynamodb-lanes.ts';
import { checkEveryCompany } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { lambda } from './lambda.ts';
import { laneResource, municipalityIn } from './lane-request.ts';
import { readBody } from './request-body.ts';
import { parse } from './request-fields.ts';

/** The reason stands in the history of every invoice that the hold defers. */
export const Body = z.strictObject({ reason: z.string().check(z.trim(), z.minLength(5), z.maxLength(200)) });

const lanes = dynamoDbLanes(dynamoDb(), readConfig().tables.lanes);

/** Shuts a municipality's lane until somebody releases it. Held again, it has the newest reason. */
export const handler = lambda('hold-lane', async (call) => {
  checkEveryCompany(call.caller, 'A fila de um município é');
  const municipalityCode = municipalityIn(call);
  const { reason } = parse(Body, readBody(call.event));
  call.note({ municipalityCode });
  const hold = { by: call.caller.name, reason, at: call.now.toISOString() };
  return { status: 200, body: laneResource(await lanes.hold(municipalityCode, hold), call.now) };
});
