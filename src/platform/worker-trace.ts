import { parseTraceHeader } from './trace-header.ts';
import { inSegment, inSubsegment, noteStatus } from './tracer.ts';

/**
 * Runs the handling of a message as a segment of the trace that its request began.
 *
 * @param carried the trace as the queue or, where the queue carried none, the message itself says it
 */
export function inWorkerSegment<T>(
  work: { readonly invoiceId: string; readonly operation: string },
  carried: string | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const { invoiceId: invoice_id, operation } = work;
  const facts = { name: 'nfse-ledger-worker', origin: 'AWS::ECS::Container', annotations: { invoice_id, operation } };
  return inSegment(facts, parseTraceHeader(carried), run);
}

interface Transport<Request, Response> {
  (request: Request): Promise<Response>;
  close(): void;
}

/**
 * Makes calls to an authority visible in the trace: whom, how it answered, how long it took. Not the path, in which numbers of
 * documents stand; and the trace's own id never leaves for the authority.
 */
export function tracedTransport<
  Request extends { readonly method: string },
  Response extends { readonly status: number },
>(baseUrl: string, transport: Transport<Request, Response>): Transport<Request, Response> {
  const name = new URL(baseUrl).hostname;
  const send = (request: Request) =>
    inSubsegment({ name, namespace: 'remote', http: { request: { method: request.method } } }, async () => {
      const response = await transport(request);
      noteStatus(response.status);
      return response;
    });
  return Object.assign(send, { close: () => transport.close() });
}
