import * as z from 'zod/mini';

/** What `GET /dlq` answers. */
export const SurveyAnswer = z.object({
  seen: z.number(),
  total: z.number(),
  complete: z.boolean(),
  groups: z.array(
    z.object({
      cause: z.string(),
      municipalityCode: z.optional(z.string()),
      letters: z.number(),
      invoices: z.number(),
      oldestSentAt: z.string(),
      sample: z.object({ invoiceIds: z.array(z.string()), letterIds: z.array(z.string()) }),
    }),
  ),
  letters: z.optional(
    z.array(
      z.object({
        letterId: z.string(),
        cause: z.string(),
        errorName: z.optional(z.string()),
        errorMessage: z.optional(z.string()),
        invoiceId: z.optional(z.string()),
        municipalityCode: z.optional(z.string()),
        traceId: z.optional(z.string()),
        sentAt: z.string(),
        receiveCount: z.optional(z.number()),
        bodyHash: z.string(),
      }),
    ),
  ),
});

/** What `POST /dlq/replay` and `POST /dlq/discard` answer. */
export const SweepAnswer = z.object({
  items: z.array(
    z.object({
      invoiceId: z.optional(z.string()),
      letterIds: z.array(z.string()),
      cause: z.string(),
      municipalityCode: z.optional(z.string()),
      outcome: z.string(),
      status: z.optional(z.string()),
      why: z.optional(z.string()),
    }),
  ),
  left: z.number(),
  more: z.boolean(),
});

export type Survey = z.infer<typeof SurveyAnswer>;
export type Sweep = z.infer<typeof SweepAnswer>;
export type SweptItem = Sweep['items'][number];
