import { AsyncLocalStorage } from 'node:async_hooks';
import type { BuildMiddleware, HttpRequest, MetadataBearer, MiddlewareStack } from '@smithy/types';
import { lambdaTraceHeader, xrayDaemonAddress } from './config.ts';
import { type OpenSegment, openSegment, type SegmentFacts } from './segment.ts';
import { parseTraceHeader, type TracePosition, traceHeader } from './trace-header.ts';
import { xrayDaemon } from './xray-daemon.ts';

/** X-Ray. Silent where there is no daemon, and for a trace that is not among the sampled. */
const daemon = xrayDaemon(xrayDaemonAddress());
const current = new AsyncLocalStorage<OpenSegment>();

/** The trace that Lambda says this invocation belongs to. */
export const invocationTrace = (): TracePosition | undefined => parseTraceHeader(lambdaTraceHeader());

/** The trace that this work is recorded in, its own segment as the parent; for what carries a trace over to another process. */
export const currentTrace = (): TracePosition | undefined => current.getStore()?.position;

/** Work for another process, with the place in the trace that it hangs from. */
export function carryingTrace<Work extends object>(work: Work): Work & { readonly traceHeader?: string } {
  const position = current.getStore()?.position;
  return position ? { ...work, traceHeader: traceHeader(position) } : work;
}

/**
 * Runs an invocation of a function as a part of the segment that Lambda has opened for it.
 *
 * @param at where its trace stands: what Lambda says, or the request where Lambda says nothing
 */
export function inInvocation<T>(name: string, at: TracePosition | undefined, run: () => Promise<T>): Promise<T> {
  return begun({ name, annotations: coldStart() }, at, 'subsegment', run);
}

/** Runs work that is a service of its own, such as the worker's, as a segment. */
export function inSegment<T>(facts: SegmentFacts, at: TracePosition | undefined, run: () => Promise<T>): Promise<T> {
  return begun(facts, at, 'segment', run);
}

/** Runs a part of the work at hand as a subsegment of its own; outside any segment it just runs. */
export function inSubsegment<T>(facts: SegmentFacts, run: () => Promise<T>): Promise<T> {
  const parent = current.getStore();
  return parent ? within(parent.part(facts), run) : run();
}

/** Adds to the segment of the work at hand: ids and codes by which a trace is found. */
export function annotate(annotations: NonNullable<SegmentFacts['annotations']>): void {
  current.getStore()?.note({ annotations });
}

/** The status of the answer that the work at hand got. */
export function noteStatus(status: number): void {
  current.getStore()?.note({ http: { response: { status } } });
}

/** Makes an AWS client's calls visible in the trace: operation, table, outcome and tries, and never what was written. */
export function traced<Client extends { readonly middlewareStack: unknown }>(client: Client): Client {
  if (!daemon) return client;
  // Each client types its stack by its own operations; what is added here looks at none in particular.
  const stack = client.middlewareStack as MiddlewareStack<object, MetadataBearer>;
  stack.add(subsegmentOfCall, { step: 'build', name: 'subsegmentOfCall', override: true });
  return client;
}

function begun<T>(
  facts: SegmentFacts,
  at: TracePosition | undefined,
  type: 'segment' | 'subsegment',
  run: () => Promise<T>,
): Promise<T> {
  if (!daemon || !at?.sampled) return current.exit(run);
  // Without a parent there is nothing that it could be a part of.
  return within(openSegment(at, facts, daemon, at.parent === undefined ? 'segment' : type), run);
}

async function within<T>(segment: OpenSegment, run: () => Promise<T>): Promise<T> {
  try {
    const result = await current.run(segment, run);
    segment.close();
    return result;
  } catch (error) {
    segment.close(error);
    throw error;
  }
}

let started = false;
function coldStart(): { cold_start: boolean } {
  const cold_start = !started;
  started = true;
  return { cold_start };
}

const subsegmentOfCall: BuildMiddleware<object, MetadataBearer> = (next, context) => (args) => {
  const parent = current.getStore();
  if (!parent) return next(args);
  const { clientName = '', commandName = '' } = context as { clientName?: string; commandName?: string };
  const { TableName } = args.input as { TableName?: string };
  const aws = { operation: commandName.replace(/Command$/, ''), ...(TableName ? { table_name: TableName } : {}) };
  const name = clientName.replace(/Client$/, '');
  return inSubsegment({ name, namespace: 'aws', aws }, async () => {
    const position = currentTrace();
    const { headers } = args.request as HttpRequest;
    if (position) headers['X-Amzn-Trace-Id'] = traceHeader(position);
    try {
      const result = await next(args);
      noteCall(aws, result.output.$metadata);
      return result;
    } catch (error) {
      noteCall(aws, (error as Partial<MetadataBearer>).$metadata);
      throw error;
    }
  });
};

function noteCall(aws: NonNullable<SegmentFacts['aws']>, metadata: MetadataBearer['$metadata'] | undefined): void {
  if (!metadata) return;
  const { requestId, attempts, httpStatusCode } = metadata;
  const retries = attempts === undefined ? undefined : attempts - 1;
  current.getStore()?.note({
    aws: { ...aws, request_id: requestId, retries },
    ...(httpStatusCode === undefined ? {} : { http: { response: { status: httpStatusCode } } }),
  });
}
