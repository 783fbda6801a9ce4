import { documentKey } from '../events/document-key.ts';
import type { Emission } from '../events/emission.ts';
import type { InvoiceId } from '../events/ids.ts';
import { localTime } from '../nfse/local-time.ts';
import { parseMunicipalityCode, utcOffsetOf } from '../nfse/municipality.ts';
import { buildDps } from '../nfse/national/dps-document.ts';
import type { Documents } from './ports.ts';

/** What every DPS of this installation bears. */
export interface DpsSettings {
  /** 1 production, 2 restricted production (`tpAmb`). */
  readonly environment: '1' | '2';
  readonly softwareVersion: string;
}

/** The national system refuses a document from the future, and clocks differ: `dhEmi` stays this much behind ours. */
const CLOCK_MARGIN_MS = 60_000;

/**
 * Whether the layout can carry the emission, found out before a number is spent on it.
 *
 * @throws UnwritableField naming the field to change
 */
export function checkWritable(dps: DpsSettings, emission: Emission, series: string, at: string): void {
  documentOf(dps, emission, { series, number: 1 }, at);
}

/**
 * Builds the DPS and stores it under a key that carries its hash.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @returns the key
 * @throws UnwritableField
 */
export async function storeDps(
  deps: { readonly documents: Documents; readonly dps: DpsSettings },
  invoiceId: InvoiceId,
  emission: Emission,
  number: { readonly series: string; readonly number: number },
  at: string,
): Promise<string> {
  const document = documentOf(deps.dps, emission, number, at);
  const key = documentKey(invoiceId, 'dps', document, 'xml');
  await deps.documents.put(key, document, 'application/xml');
  return key;
}

function documentOf(
  settings: DpsSettings,
  emission: Emission,
  dps: { readonly series: string; readonly number: number },
  at: string,
): string {
  return buildDps({ ...emission, ...settings, dps, issuedAt: emissionTime(at, emission.municipalityCode) });
}

/** `dhEmi`: the moment less the margin, in the municipality's own time. Its first ten characters are the latest competence date. */
export function emissionTime(at: string, municipalityCode: string): string {
  const code = parseMunicipalityCode(municipalityCode);
  if (!code) throw new RangeError(`${municipalityCode} is not a municipality`);
  return localTime(Date.parse(at) - CLOCK_MARGIN_MS, utcOffsetOf(code));
}
