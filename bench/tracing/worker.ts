// The worker: sixteen messages at a time, six calls to DynamoDB each.
import { AsyncLocalStorage } from 'node:async_hooks';
import { callSixTimes, newTraceHeader, report, stubbedDynamoDb } from './load.ts';

const CONCURRENCY = 16;
const [variant, sampledPercent] = process.argv.slice(2);
const client = stubbedDynamoDb();
const headerOf = (number: number) => newTraceHeader(number, Number(sampledPercent));

/** The alternative that was weighed: a segment a message, its context kept by the SDK itself or by hand. */
async function xraySdk(manual: boolean) {
  if (manual) process.env.AWS_XRAY_MANUAL_MODE = 'true';
  const { default: xray } = await import('aws-xray-sdk-core');
  const current = new AsyncLocalStorage<InstanceType<typeof xray.Segment>>();
  if (manual) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const segment = current.getStore();
        if (!segment || segment.notTraced) return next(args);
        const call = segment.addNewSubsegment('DynamoDB');
        call.addAttribute('namespace', 'aws');
        try {
          return await next(args);
        } finally {
          call.close();
        }
      },
      { step: 'build' },
    );
  } else xray.captureAWSv3Client(client);
  return (number: number) => {
    const { root, parent, sampled } = xray.utils.processTraceData(headerOf(number));
    const segment = new xray.Segment('worker', root, parent);
    segment.notTraced = sampled === '0';
    const handle = async () => {
      await callSixTimes(client);
      segment.close();
    };
    if (manual) return current.run(segment, handle);
    return xray.getNamespace().runPromise(async () => {
      xray.setSegment(segment);
      await handle();
    });
  };
}

if (variant === 'OpenTelemetry') {
  const { inMessageSegment, startTracing, traced } = await import('../../src/platform/worker-tracer.ts');
  const { traceCollectorUrl } = await import('../../src/platform/config.ts');
  const sendTraces = startTracing(traceCollectorUrl());
  traced(client);
  const work = { invoiceId: 'inv_1', companyCnpj: '11222333000181', operation: 'emit' };
  const handle = (number: number) => inMessageSegment(work, headerOf(number), () => callSixTimes(client));
  await report(handle, CONCURRENCY, sendTraces);
} else if (variant === 'nothing') await report(() => callSixTimes(client), CONCURRENCY);
else await report(await xraySdk(variant?.includes('by hand') === true), CONCURRENCY);
