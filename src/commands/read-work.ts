import * as z from 'zod/mini';
import { parseInvoiceId } from '../events/ids.ts';
import { WORK_ORIGINS, type Work } from './ports.ts';

const WorkSchema = z.object({
  operation: z.enum(['emit', 'cancel']),
  invoiceId: z.string().check(z.refine((text) => parseInvoiceId(text) !== undefined)),
  municipalityCode: z.string().check(z.regex(/^\d{7}$/)),
  provider: z.optional(z.string()),
  requestId: z.string(),
  origin: z.enum(WORK_ORIGINS),
  traceId: z.optional(z.string()),
  traceHeader: z.optional(z.string()),
  companyCnpj: z.optional(z.string()),
  dps: z.optional(z.object({ series: z.string(), number: z.int() })),
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

/** A message that no workflow of ours sent. It cannot be handled by trying again: it goes to the DLQ. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
  readonly code = 'malformed-message';
}

/** The work that a message's body asks for. @throws MalformedMessage */
export function readWork(body: string): Work {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // Without the parser's error: it quotes the body, which may tell of a person, and causes are logged.
    throw new MalformedMessage('The message is not JSON');
  }
  const parsed = WorkSchema.safeParse(json);
  if (!parsed.success) throw new MalformedMessage('The message is no work', { cause: parsed.error });
  return parsed.data as Work;
}
