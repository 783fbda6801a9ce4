import { randomUUID } from 'node:crypto';
import type { Documents } from '../commands/ports.ts';
import { documentKey } from '../events/document-key.ts';
import type { InvoiceId } from '../events/ids.ts';
import { type Transport, TransportError } from './providers/transport.ts';
import { TooLateToSend } from './send-deadline.ts';
import { unpacked, unpackedTexts } from './unpacked.ts';

export interface Recorder {
  readonly transport: Transport;
  /** Keys of the exchanges so far, for the event that tells what they came to. Each names what was sent, too. */
  keys(): readonly string[];
}

/**
 * A transport that keeps what was sent and what came back, as they were but for texts in gzip, which are kept unpacked. What is sent is
 * stored before it leaves: after a crash in between, the evidence of the attempt is there.
 *
 * @param now for the times in the record
 */
export function recorded(transport: Transport, documents: Documents, invoiceId: InvoiceId, now: () => Date): Recorder {
  const keys: string[] = [];
  const keep = async (kind: 'sent' | 'received', facts: object) => {
    const at = now().toISOString();
    const content = JSON.stringify({ at, ...facts });
    const key = documentKey(invoiceId, kind, content, 'json', at);
    await documents.put(key, content);
    if (kind === 'received') keys.push(key);
    return key;
  };
  return {
    keys: () => keys,
    transport: async (request) => {
      // The same request may be sent twice within a clock tick; each attempt is evidence of its own.
      const sent = await keep('sent', { attempt: randomUUID(), request: unpacked(request) });
      try {
        const response = await transport(request);
        const { kept, texts } = unpackedTexts(response);
        await keep('received', { answers: sent, response: kept });
        return { ...response, texts };
      } catch (error) {
        if (error instanceof TransportError || error instanceof TooLateToSend) {
          const left = error instanceof TransportError && error.sent;
          await keep('received', { answers: sent, noAnswer: error.message, left });
        }
        throw error;
      }
    },
  };
}
