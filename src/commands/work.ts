import * as z from 'zod/mini';
import { type InvoiceId, parseInvoiceId } from '../events/ids.ts';
import { AUTHORITIES } from '../nfse/routing/route.ts';

/** What travels through EmitWorkflow and RequestsQueue: ids, and nothing of a person. */
const WorkSchema = z.object({
  operation: z.enum(['emit', 'cancel']),
  invoiceId: z.custom<InvoiceId>((value) => parseInvoiceId(value) !== undefined),
  municipalityCode: z.string().check(z.regex(/^\d{7}$/)),
  /**
   * The family of protocols of the authority: EmitWorkflow picks the queue by it. Any worker can do any work, so work that names no family, or
   * another than the authority speaks by now, is done all the same.
   */
  provider: z.optional(z.string()),
  /** Who takes the declaration. Messages of before do not say: then the stream is read, which does. */
  route: z.optional(z.object({ authority: z.enum(AUTHORITIES), besideCity: z.optional(z.literal(true)) })),
  /** The client's request id, for the events that follow from it. */
  requestId: z.string(),
  /** Who asked for the work. `replay` and `repair` come from the DLQ, where a message ended that had been received before. */
  origin: z.enum(['emission', 'retry', 'cancellation', 'reconciliation', 'replay', 'repair']),
  traceId: z.optional(z.string()),
  /** The segment of the trace that the work was started in, where the trace is recorded: what the queue lost, the work still says. */
  traceHeader: z.optional(z.string()),
  /** The issuer, and the number of its declaration: a company's messages are taken in the order of their numbers. */
  companyCnpj: z.optional(z.string()),
  dps: z.optional(z.object({ series: z.string(), number: z.int() })),
  /** Municipalities whose agreement nobody knows, or not as it is now: the worker fetches it, besides and behind the work. */
  agreementsWanted: z.optional(z.array(z.string().check(z.regex(/^\d{7}$/))).check(z.maxLength(2))),
  /**
   * On the first start of an emission only: what the worker needs besides to send the document without reading the stream. It is to be
   * trusted only while the message is young and delivered for the first time.
   *
   * Workers of before the member had this name ignore it and read the stream, so that functions and workers may be deployed in any order.
   */
  emitted: z.optional(
    z.object({
      xmlKey: z.string(),
      tip: z.object({ version: z.int(), hash: z.string() }),
      /** When the invoice was emitted, ISO 8601: a message may be young and tell of something old. */
      at: z.iso.datetime(),
    }),
  ),
});

export type Work = Readonly<z.infer<typeof WorkSchema>>;

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
  const parsed = WorkSchema.safeParse(inNewestShape(json));
  if (!parsed.success) throw new MalformedMessage('The message is no work', { cause: parsed.error });
  return parsed.data;
}

/**
 * Messages are in flight while a new version is deployed. Those of before told of an emission in a member `fresh`, the issuer and its
 * number included.
 */
function inNewestShape(json: unknown): unknown {
  const { fresh, ...work } = isObject(json) ? json : {};
  if (!isObject(fresh)) return json;
  const { companyCnpj, dps, ...emitted } = fresh;
  return { ...work, companyCnpj, dps, emitted };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
