// First: X-Ray's SDK asks for its context while it is loaded.
import '../../src/platform/xray-context.ts';
import { randomBytes } from 'node:crypto';
import xray from 'aws-xray-sdk-core';
import { parseTraceHeader, traceHeader } from './trace-header.ts';

/**
 * Handles a request in the trace that it brought, or in a new one, as API Gateway does. Where there is a daemon it is sent the segment
 * that API Gateway would send, and the function's hangs from that.
 *
 * @param header `X-Amzn-Trace-Id` of the request
 * @param at when the request came, in milliseconds of the epoch
 * @param handle is given the header for the function
 */
export async function inGatewaySegment<Answer extends { readonly statusCode: number } | undefined>(
  header: string | undefined,
  at: number,
  handle: (header: string) => Promise<Answer>,
): Promise<Answer> {
  const trace = parseTraceHeader(header) ?? { root: newRoot(at), sampled: true };
  if (!process.env.AWS_XRAY_DAEMON_ADDRESS || !trace.sampled) return handle(traceHeader(trace));
  const segment = new xray.Segment('nfse-ledger-api', trace.root, trace.parent);
  return xray.getNamespace().runPromise(async () => {
    xray.setSegment(segment);
    try {
      const answer = await handle(traceHeader({ ...trace, parent: segment.id }));
      if (answer) segment.addIncomingRequestData({ response: { status: answer.statusCode } } as never);
      return answer;
    } finally {
      segment.close();
    }
  });
}

const newRoot = (at: number) => `1-${Math.floor(at / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`;
