import type { Registration } from '../commands/company-ports.ts';

/** What an emission may leave out because the company's registration says it. */
export type EmissionDefaults = Pick<Registration, 'municipalityCode' | 'issuer' | 'dps'>;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the registration could only add the series, by which nothing is judged. */
export function saysAllButSeries(content: JsonObject): boolean {
  return content.municipalityCode !== undefined && content.issuer !== undefined;
}

/** The registration's series, where the request names none. */
export function defaultSeries({ dps }: JsonObject, defaults: EmissionDefaults | undefined): string | undefined {
  return isObject(dps) && 'series' in dps ? undefined : defaults?.dps.series;
}

/**
 * The request with what it leaves out: municipality, series, and the issuer group as a whole, since its fields belong together.
 *
 * @param content as it came, unchecked: what is not of the right shape is left for the check
 */
export function completed(content: JsonObject, defaults: EmissionDefaults | undefined): JsonObject {
  if (!defaults) return content;
  const { municipalityCode, issuer, dps } = defaults;
  const given = content.dps;
  return {
    municipalityCode,
    issuer,
    ...content,
    ...(given === undefined || isObject(given) ? { dps: { series: dps.series, ...given } } : {}),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
