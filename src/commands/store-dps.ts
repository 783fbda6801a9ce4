import { documentKey } from '../events/document-key.ts';
import type { Emission } from '../events/emission.ts';
import type { InvoiceId } from '../events/ids.ts';
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
 * Builds the DPS and stores it under a key that carries its hash.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @returns the key
 */
export async function storeDps(
  deps: { readonly documents: Documents; readonly dps: DpsSettings },
  invoiceId: InvoiceId,
  emission: Emission,
  number: { readonly series: string; readonly number: number },
  at: string,
): Promise<string> {
  const document = buildDps({ ...emission, dps: number, issuedAt: localTime(at, emission.municipalityCode), ...deps.dps });
  const key = documentKey(invoiceId, 'dps', document, 'xml');
  await deps.documents.put(key, document, 'application/xml');
  return key;
}

/** `dhEmi`: the moment less the margin, in the municipality's own time, to the second. */
export function localTime(at: string, municipalityCode: string): string {
  const code = parseMunicipalityCode(municipalityCode);
  const offset = code ? utcOffsetOf(code) : '-03:00';
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const shiftMs = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  return new Date(Date.parse(at) - CLOCK_MARGIN_MS + shiftMs).toISOString().slice(0, 19) + offset;
}
