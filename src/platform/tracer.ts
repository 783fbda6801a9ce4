// First: X-Ray's SDK asks for its context while it is loaded.
import './xray-context.ts';
import { Tracer } from '@aws-lambda-powertools/tracer';
import xray from 'aws-xray-sdk-core';
import { traceAnnotations } from './trace-annotations.ts';

/** Traces of functions in X-Ray. Powertools switches itself off outside Lambda. No request but those to AWS leaves a function. */
const tracer = new Tracer({ serviceName: 'nfse-ledger', captureHTTPsRequests: false });

const { addError } = xray.Subsegment.prototype;
/**
 * X-Ray's SDK writes the message and the stack of each error into the trace, those of AWS's answers too, and has no setting against it.
 * A message may quote what a call was about, and so a person. The error's name says enough: the log has the rest.
 */
xray.Subsegment.prototype.addError = function addNameOfError(error, remote) {
  const { name } = typeof error === 'string' ? new Error() : error;
  addError.call(this, { name, message: '' }, remote);
};

/** Makes each call of an AWS client a part of the invocation's trace. */
export const traced = <Client>(client: Client): Client => tracer.captureAWSv3Client(client);

/** The id of the trace that Lambda says this invocation belongs to. */
export const invocationTraceId = (): string | undefined => tracer.getRootXrayTraceId();

/** Runs an invocation as a part of the segment that Lambda has opened for it. */
export function inInvocation<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (!tracer.isTracingEnabled()) return run();
  return tracer.provider.captureAsyncFunc(name, async (subsegment) => {
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
    try {
      return await run();
    } catch (error) {
      tracer.addErrorAsMetadata(error as Error);
      throw error;
    } finally {
      subsegment?.close();
    }
  }) as Promise<T>;
}

/** Makes the trace findable by what these facts say of its invoice and its company. */
export function annotate(facts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(traceAnnotations(facts))) tracer.putAnnotation(name, value);
}

/** The status that the invocation is answered with. */
export function noteStatus(status: number): void {
  const segment = tracer.isTracingEnabled() ? tracer.getSegment() : undefined;
  // Lambda's own segment takes no facts.
  if (!segment || segment instanceof xray.Segment) return;
  segment.addAttribute('http', { response: { status } });
  if (status === 429) segment.addThrottleFlag();
  if (status >= 500) segment.addFaultFlag();
  else if (status >= 400) segment.addErrorFlag();
}

/** Work for another process, with the place in the trace that it hangs from; without one where this trace is not sampled. */
export function carryingTrace<Work extends object>(work: Work): Work & { readonly traceHeader?: string } {
  if (!tracer.isTraceSampled()) return work;
  const parent = tracer.getSegment()?.id;
  return { ...work, traceHeader: `Root=${tracer.getRootXrayTraceId()};Parent=${parent};Sampled=1` };
}
