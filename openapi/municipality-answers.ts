import * as z from 'zod/mini';
import { municipality } from '../src/handlers/emission-fields.ts';
import { text, time } from './answer-values.ts';

/** Answers about lanes and the parameters of municipalities. */

export const Lane = z.strictObject({
  municipalityCode: text,
  name: z.optional(text),
  authority: z.optional(z.literal('national')),
  state: z.enum(['flowing', 'probing', 'down', 'held']),
  hold: z.optional(z.strictObject({ by: text, reason: text, at: time })),
  downSince: z.optional(time),
  nextAttemptAt: z.optional(time),
  nextLookAt: z.optional(time),
  running: z.int(),
  waiting: z.int(),
  paceMs: z.optional(z.int()),
  oldestWaitingAt: z.optional(time),
  turnedAway: z.int(),
  lastSuccessAt: z.optional(time),
  lastFailureAt: z.optional(time),
  lastFailure: z.optional(text),
  reportedAt: z.optional(time),
});

const period = { from: z.iso.date(), to: z.optional(z.iso.date()) };
const Period = z.strictObject(period);
const Rate = z.strictObject({ ...period, percent: text, taxed: z.optional(z.boolean()) });
const SpecialRegimePeriod = z.strictObject({
  ...period,
  regime: text,
  status: z.enum(['ALLOWED', 'FORBIDDEN', 'MANDATORY']),
  notes: z.optional(text),
});

/** What is known of one question, and the value where the municipality has set one. */
const parameter = (value: z.ZodMiniType) =>
  z.strictObject({
    status: z.enum(['SET', 'NOT_SET', 'UNKNOWN']),
    message: z.optional(text),
    fetchedAt: z.optional(time),
    stale: z.optional(z.literal(true)),
    lastFailure: z.optional(z.strictObject({ at: time, code: z.enum(['NO_ANSWER', 'REFUSED', 'CERTIFICATE']) })),
    value: z.optional(value),
  });

export const MunicipalityParameters = z.strictObject({
  municipalityCode: municipality,
  name: text,
  date: z.iso.date(),
  complete: z.boolean(),
  agreement: parameter(
    z.strictObject({
      nationalEnvironment: z.optional(z.boolean()),
      nationalIssuers: z.optional(z.boolean()),
      enabledByDefault: z.optional(z.boolean()),
      nationalCollection: z.optional(z.boolean()),
      creditsAllowed: z.optional(z.boolean()),
    }),
  ),
  withholdings: parameter(
    z.strictObject({
      article6: z.strictObject({ enabled: z.boolean(), periods: z.array(Period) }),
      municipal: z.array(
        z.strictObject({
          ...period,
          description: text,
          kinds: z.array(z.int()),
          services: z.array(z.strictObject({ service: text, periods: z.array(Period) })),
        }),
      ),
    }),
  ),
  rates: z.optional(parameter(z.strictObject({ inForce: z.optional(Rate), periods: z.array(Rate) }))),
  specialRegimes: z.optional(
    parameter(z.strictObject({ inForce: z.array(SpecialRegimePeriod), periods: z.array(SpecialRegimePeriod) })),
  ),
  benefit: z.optional(
    parameter(
      z.strictObject({
        ...period,
        benefit: text,
        description: text,
        kind: z.optional(z.int()),
        reductionKind: z.optional(z.int()),
        reductionPercent: z.optional(text),
        differentiatedPercent: z.optional(text),
        onlyInMunicipality: z.optional(z.boolean()),
        services: z.array(z.strictObject({ ...period, service: text })),
        onlyForSome: z.boolean(),
      }),
    ),
  ),
});

export const LaneBoard = z.strictObject({ at: time, items: z.array(Lane) });
