import * as z from 'zod/mini';
import { CAUSE } from '../commands/dead-letters/dead-letter.ts';
import { parseInvoiceId } from '../events/ids.ts';
import { parseMunicipalityCode } from '../nfse/municipality.ts';
import { fail, field } from './request-fields.ts';

const MOST_NAMED = 100;
const LETTER_ID = /^[\w-]{1,100}$/;

const cause = z.string().check(z.regex(CAUSE, field('cause')));
const invoiceId = z.string().check(z.refine((text) => parseInvoiceId(text) !== undefined, field('invoice-id')));
const letterId = z.string().check(z.regex(LETTER_ID, field('letter-id')));
const municipalityCode = z
  .string()
  .check(z.refine((text) => parseMunicipalityCode(text) !== undefined, field('municipality')));
const named = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.optional(z.array(schema).check(z.minLength(1), z.maxLength(MOST_NAMED)));

const selection = {
  invoiceIds: named(invoiceId),
  letterIds: named(letterId),
  cause: z.optional(cause),
  municipalityCode: z.optional(municipalityCode),
};
const reason = z.string().check(z.trim(), z.minLength(1), z.maxLength(255));
const dryRun = z._default(z.boolean(), false);
const limit = z._default(z.int().check(z.gte(1), z.lte(200)), 100);

/** Of `GET /dlq`. With an invoice or a letter named, the answer has the letters themselves. */
export const SurveyQuery = z.strictObject({
  invoiceId: z.optional(invoiceId),
  letterId: z.optional(letterId),
  cause: z.optional(cause),
  municipalityCode: z.optional(municipalityCode),
});

export const ReplayBody = z.strictObject({
  ...selection,
  all: z.optional(z.literal(true)),
  mode: z._default(z.enum(['replay', 'repair']), 'replay'),
  reason: z.optional(reason),
  dryRun,
  limit,
});

/** There is no `all`: what is thrown away is named, or at least its cause is. */
export const DiscardBody = z.strictObject({ ...selection, reason, dryRun, limit });

/** @throws Problem 422 when nothing is selected, or everything and something */
export function checkSelection({
  all,
  ...body
}: z.output<typeof ReplayBody> | (z.output<typeof DiscardBody> & { all?: true })): void {
  const some = body.invoiceIds ?? body.letterIds ?? body.cause ?? body.municipalityCode;
  if (all && some !== undefined) fail('/all', 'all-and-some');
  if (!all && some === undefined) fail('', 'no-selection');
}
