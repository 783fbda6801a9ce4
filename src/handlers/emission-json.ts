import type { Corrections, Emission } from '../events/emission.ts';
import { cents, formatCents } from '../nfse/cents.ts';

/** Rates by their name in a request, where they are percentages, and by their name in an event, where they are basis points. */
const RATES: Readonly<Record<string, string>> = {
  issRate: 'issRateBasisPoints',
  deductionRate: 'deductionBasisPoints',
  reductionRate: 'reductionBasisPoints',
  pisRate: 'pisRateBasisPoints',
  cofinsRate: 'cofinsRateBasisPoints',
  federalRate: 'federalRateBasisPoints',
  stateRate: 'stateRateBasisPoints',
  municipalRate: 'municipalRateBasisPoints',
  simplesRate: 'simplesRateBasisPoints',
  cbsRate: 'cbsRateBasisPoints',
};
const REQUEST_NAMES = new Map(Object.entries(RATES).map(([request, event]) => [event, request]));

/** The emission in the API's form: what a client may read, change and send again. */
export function emissionToJson(emission: Emission): object {
  const { competenceDate, issuer, service, customer, intermediary, amounts } = emission;
  const { iss, federalTaxes, approximateTaxes, ibsCbs, replaces } = emission;
  return toRequest({
    competenceDate,
    issuer,
    service,
    customer,
    intermediary,
    amounts,
    iss,
    federalTaxes,
    approximateTaxes,
    ibsCbs,
    replaces,
  }) as object;
}

/** Corrections in the API's form: whole parts, as the event keeps them. */
export function correctionsToJson(corrections: Corrections): object {
  return toRequest(corrections) as object;
}

/** What was read from a request, under an event's names, without the members left out: equal emissions are equal as JSON. */
export function underEventNames(value: unknown): unknown {
  return renamed(value, (key, member) => [RATES[key] ?? key, member]);
}

/** Every number of an event is an amount or a rate, and both are decimal strings with two places outside. */
function toRequest(value: unknown): unknown {
  return renamed(value, (key, member, owner) => {
    // Where a service was rendered abroad, the municipality only fills a field: it was never sent.
    if (key === 'municipalityCode' && 'country' in owner && 'code' in owner) return undefined;
    return [REQUEST_NAMES.get(key) ?? key, typeof member === 'number' ? formatCents(cents(member)) : member];
  });
}

type Renaming = (key: string, member: unknown, owner: object) => readonly [string, unknown] | undefined;

function renamed(value: unknown, rename: Renaming): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, member]) => {
    const entry = member === undefined ? undefined : rename(key, member, value);
    return entry ? [[entry[0], renamed(entry[1], rename)] as const] : [];
  });
  return Object.fromEntries(entries);
}
