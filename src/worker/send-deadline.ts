import type { HttpRequest, Transport } from './providers/transport.ts';

/**
 * A request that would have changed something was not sent: its answer could have come after the deadline of the handling, when others
 * take it that nobody is sending any more. No answer of the authority's, so that no breaker counts it as one.
 */
export class TooLateToSend extends Error {
  override readonly name = 'TooLateToSend';
  readonly code = 'too-late-to-send';
  constructor() {
    super('not sent: the handling took so long that an answer would have come after its deadline');
  }
}

/**
 * A transport that lets nothing leave after a time but questions. It belongs below everything that may take long before the first byte
 * leaves: a breaker holds calls back while it finds out whether its authority is there, and what is sent is stored first.
 *
 * @throws TooLateToSend
 */
export function sendingBy(sendBy: Date, transport: Transport, now: () => Date): Transport {
  return async (request) => {
    if (!isQuestion(request) && now() > sendBy) throw new TooLateToSend();
    return transport(request);
  };
}

const isQuestion = ({ method, asks = false }: HttpRequest) => method !== 'POST' || asks;
