import { sealDueDays } from '../audit/sealing.ts';
import { dynamoDbCommitsByTime } from '../events/dynamodb-commits-by-time.ts';
import { now } from '../platform/clock.ts';
import { readConfig } from '../platform/config.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { logMetrics } from '../platform/metrics.ts';
import { sealStore } from '../platform/seal-store.ts';
import { inInvocation } from '../platform/tracer.ts';
import { dynamoDb, s3 } from './aws-clients.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  seals: sealStore({ dynamoDb: client, tableName: config.tables.seals, s3: s3(config.s3), bucket: config.sealsBucket }),
  commits: dynamoDbCommitsByTime(client, config.tables.events),
  marginMinutes: config.sealMarginMinutes,
};
const environment = environmentFacts();

/**
 * Each day, once its margin has passed: seals the day before, and what was left out. A day whose commits are no longer those it was sealed with is
 * a metric to be alarmed by, and is left as it was sealed.
 */
export function handler(): Promise<{ sealed: string[]; differing: string[] }> {
  return inInvocation('seal', async () => {
    const at = now();
    const { sealed, differing, readWholeStore } = await sealDueDays(deps, at);
    const days = { sealed: sealed.map(({ day }) => day), differing: [...differing] };
    if (sealed.length > 0 || differing.length > 0) {
      logMetrics({
        message: 'sealed',
        facts: { ...days, ...environment() },
        metrics: {
          DaysSealed: [sealed.length, 'Count'],
          SealsDiffering: [differing.length, 'Count'],
          SealsByScan: [readWholeStore ? 1 : 0, 'Count'],
        },
        at,
      });
    }
    return days;
  });
}
