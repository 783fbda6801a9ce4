// A function in an environment of its own: one invocation at a time, six calls to DynamoDB each.
import { callSixTimes, newTraceHeader, report, stubbedDynamoDb } from './load.ts';

const [variant, sampledPercent] = process.argv.slice(2);
const client = stubbedDynamoDb();

function nextInvocation(number: number): void {
  process.env._X_AMZN_TRACE_ID = newTraceHeader(number, Number(sampledPercent));
}

if (variant === 'Powertools Tracer') {
  const { annotate, inInvocation, traced } = await import('../../src/platform/tracer.ts');
  traced(client);
  await report((number) => {
    nextInvocation(number);
    return inInvocation('emit', async () => {
      annotate({ invoiceId: 'inv_1', companyCnpj: '11222333000181' });
      await callSixTimes(client);
    });
  }, 1);
} else {
  if (variant !== 'nothing') await import('../../src/platform/tracer.ts');
  await report((number) => {
    nextInvocation(number);
    return callSixTimes(client);
  }, 1);
}
