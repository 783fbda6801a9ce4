import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { Work } from '../commands/ports.ts';
import { parseInvoiceId } from '../events/ids.ts';
import type { Delivery } from './handle-work.ts';

const WorkSchema = z.object({
  operation: z.enum(['emit', 'cancel']),
  invoiceId: z.string().check(z.refine((text) => parseInvoiceId(text) !== undefined)),
  municipalityCode: z.string(),
  requestId: z.string(),
  origin: z.enum(['emission', 'retry', 'cancellation', 'reconciliation']),
  traceId: z.optional(z.string()),
  fresh: z.optional(
    z.object({
      companyCnpj: z.string(),
      dps: z.object({ series: z.string(), number: z.int() }),
      xmlKey: z.string(),
      tip: z.object({ version: z.int(), hash: z.string() }),
      at: z.iso.datetime(),
    }),
  ),
});

/** A message that no workflow of ours sent. It cannot be handled by trying again: it ends in the DLQ. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
  readonly code = 'malformed-message';
}

/** @throws MalformedMessage */
export function readMessage(message: Message): { work: Work; delivery: Delivery } {
  let json: unknown;
  try {
    json = JSON.parse(message.Body ?? '');
  } catch (cause) {
    throw new MalformedMessage('The message is not JSON', { cause });
  }
  const parsed = WorkSchema.safeParse(json);
  if (!parsed.success) throw new MalformedMessage('The message is no work', { cause: parsed.error });
  return {
    work: parsed.data as Work,
    delivery: {
      messageId: message.MessageId ?? '',
      receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? Number.POSITIVE_INFINITY),
      sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
    },
  };
}
