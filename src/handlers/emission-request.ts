import * as z from 'zod/mini';
import { LAST_DPS_NUMBER } from '../commands/ports.ts';
import { type Emission, EmissionSchema } from '../events/emission.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { isBlank } from '../nfse/blank.ts';
import { type Cnpj, parseCnpj } from '../nfse/cnpj.ts';
import { parseCpf } from '../nfse/cpf.ts';
import type { RouteAuthority } from '../nfse/routing/route.ts';
import { brokenReplacementRules } from '../nfse/tax/broken-replacement-rules.ts';
import { brokenRules } from '../nfse/tax/broken-rules.ts';
import { withoutBlankTexts } from './blank-texts.ts';
import { cnpj, municipality, pattern, SERIES, text } from './emission-fields.ts';
import { emissionToJson, underEventNames } from './emission-json.ts';
import { emissionParts } from './emission-parts.ts';
import { invalid } from './problem.ts';
import { fail, parse } from './request-fields.ts';

export { municipality, SERIES, text } from './emission-fields.ts';
export { IssuerRequest } from './emission-parts.ts';

/** An emission as the API takes it: money in decimal strings, rates in percent, everything optional that has an obvious default. */
export const EmitBody = z.strictObject({
  requestId: z.optional(z.string()),
  companyCnpj: cnpj,
  municipalityCode: municipality,
  dps: z._default(
    z.strictObject({
      series: z._default(pattern(SERIES, 'series'), '1'),
      number: z.optional(z.int().check(z.gte(1), z.lte(LAST_DPS_NUMBER))),
      jumpReason: z.optional(text(200, 5)),
    }),
    { series: '1' },
  ),
  ...emissionParts,
});

/** Where a request names a person as its issuer, by a CPF in its own member or in the CNPJ's; `undefined` where it does not. */
export function personAsIssuer({ companyCnpj, companyCpf }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isBlank(String(companyCpf ?? ''))) return '/companyCpf';
  return parseCpf(companyCnpj) ? '/companyCnpj' : undefined;
}

const EmissionParts = z.strictObject(emissionParts);
type EmissionParts = z.infer<typeof EmissionParts>;

export interface IssuerPlace {
  readonly companyCnpj: Cnpj;
  readonly municipalityCode: string;
}

/** What an emission is judged by besides itself. */
export interface Circumstances {
  /** `YYYY-MM-DD` in the municipality: the competence date where none is given and no note issued here is replaced. */
  readonly today: string;
  /** The latest there may be: `today` when left out. */
  readonly latestCompetence?: string;
  /** Whose rules hold. The national system's when left out. */
  readonly rulesOf?: (emission: Emission) => RouteAuthority;
  /** The invoice whose note is replaced, if the request names it. A replacement keeps its competence date. */
  readonly replaced?: LivingInvoice | undefined;
}

/**
 * The emission that a request describes, once its form and the fiscal rules allow it.
 *
 * @param pointer where the parts stand in the request, for the errors
 * @throws Problem 422 with pointers
 */
export function emissionOf(
  body: EmissionParts,
  place: IssuerPlace & Circumstances,
  pointer = '',
): Emission & { companyCnpj: Cnpj } {
  const { companyCnpj, municipalityCode, today, latestCompetence = today } = place;
  const { issuer, service, customer, intermediary, amounts } = body;
  const { iss, federalTaxes, approximateTaxes, ibsCbs, replaces } = body;
  // Corrections may have named another note since, or none.
  const replaced = replaces?.invoiceId === place.replaced?.id ? place.replaced : undefined;
  const { competenceDate = replaced?.competenceDate ?? today } = body;
  if (competenceDate > latestCompetence) fail(`${pointer}/competenceDate`, 'future-competence');
  const parts = {
    municipalityCode,
    competenceDate,
    issuer,
    service: { ...service, municipalityCode: service.municipalityCode ?? municipalityCode },
    customer,
    intermediary,
    amounts,
    iss,
    federalTaxes,
    approximateTaxes,
    ibsCbs,
    replaces,
  };
  const emission = EmissionSchema.parse({ ...(underEventNames(parts) as object), companyCnpj });
  const authority = place.rulesOf?.(emission) ?? 'national';
  const broken = [
    ...brokenRules(emission, authority),
    ...(replaced && authority === 'national' ? brokenReplacementRules(emission, replaced) : []),
  ];
  if (broken.length > 0) {
    throw invalid(
      broken.map(({ pointer: at, code, message, howToFix }) => ({ pointer: pointer + at, code, message, howToFix })),
    );
  }
  return { ...emission, companyCnpj };
}

/**
 * The emission that corrections lead to. They are a JSON merge patch (RFC 7396) over the emission in the API's form: only
 * what changes is sent, `null` removes.
 *
 * @throws Problem 422 with pointers below `/corrections`
 */
export function correctedEmission(emission: Emission, patch: unknown, circumstances: Circumstances): Emission {
  const companyCnpj = parseCnpj(emission.companyCnpj);
  if (!companyCnpj) throw new RangeError('An emitted invoice has a valid CNPJ');
  const { municipalityCode } = emission;
  const merged = withoutBlankTexts(EmissionParts, mergePatch(emissionToJson(emission), withOneName(patch)));
  const body = parse(EmissionParts, merged, '/corrections');
  return emissionOf(body, { companyCnpj, municipalityCode, ...circumstances }, '/corrections');
}

/** Corrections that name another replaced note by its key alone take the invoice of the one before out. */
function withOneName(patch: unknown): unknown {
  const replaces = isObject(patch) ? patch.replaces : undefined;
  if (!isObject(patch) || !isObject(replaces) || !('accessKey' in replaces) || 'invoiceId' in replaces) return patch;
  return { ...patch, replaces: { ...replaces, invoiceId: null } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), change));
  }
  return Object.fromEntries(merged);
}
