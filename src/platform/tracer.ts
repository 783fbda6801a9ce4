import { Tracer } from '@aws-lambda-powertools/tracer';

/** X-Ray; silent outside Lambda. HTTP requests are traced through the AWS clients, not by patching `https`. */
const tracer = new Tracer({ captureHTTPsRequests: false });

/** The X-Ray root trace id of the invocation, the thread from a request to the worker's logs. */
export const rootTraceId = (): string | undefined => tracer.getRootXrayTraceId();

/** Makes an AWS client's calls visible in the trace. */
export function traced<Client>(client: Client): Client {
  return tracer.captureAWSv3Client(client as Client & Parameters<typeof tracer.captureAWSv3Client>[0]);
}

/** Runs an invocation in a subsegment of its own, with its error and its cold start noted. */
export async function inSegment<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (!tracer.isTracingEnabled()) return run();
  const parent = tracer.getSegment();
  const segment = parent?.addNewSubsegment(`## ${name}`);
  if (!parent || !segment) return run();
  tracer.setSegment(segment);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  try {
    return await run();
  } catch (error) {
    tracer.addErrorAsMetadata(error as Error);
    throw error;
  } finally {
    segment.close();
    tracer.setSegment(parent);
  }
}
