import { documentKey } from '../events/document-key.ts';
import type { Emission } from '../events/emission.ts';
import type { InvoiceId } from '../events/ids.ts';
import { buildRps, renumberRps } from '../nfse/abrasf/rps-document.ts';
import { localTime } from '../nfse/local-time.ts';
import { parseMunicipalityCode, type UtcOffset, utcOffsetOf } from '../nfse/municipality.ts';
import { builtInProfiles } from '../nfse/municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../nfse/municipality-profiles/dialect-styles.ts';
import { type MunicipalityProfile, type ProfileOf, systemOf } from '../nfse/municipality-profiles/profiles.ts';
import { buildDps, renumberDps } from '../nfse/national/dps-document.ts';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from '../nfse/routing/agreement.ts';
import type { RouteAuthority } from '../nfse/routing/route.ts';
import { leavesRateOut, withAgreement } from '../nfse/tax/known-agreement.ts';
import type { Documents } from './ports.ts';

/** What every DPS of this installation bears. */
export interface DpsSettings {
  /** 1 production, 2 restricted production (`tpAmb`). */
  readonly environment: '1' | '2';
  readonly softwareVersion: string;
  /** Who serves each municipality; those who come with the service when left out. */
  readonly profileOf?: ProfileOf;
  /** Whether national documents may have letters in a CNPJ; they may when left out. */
  readonly alphanumericCnpj?: boolean;
}

export interface StoreDpsDeps {
  readonly documents: Pick<Documents, 'put'>;
  readonly dps: DpsSettings;
}

/** The national system refuses a document from the future, and clocks differ: `dhEmi` stays this much behind ours. */
const CLOCK_MARGIN_MS = 60_000;

/** What a document is built of besides its number. */
export interface Declaration {
  readonly emission: Emission;
  /** Who is to take it: city halls have layouts of their own. */
  readonly authority: RouteAuthority;
  /** What is known of the municipality that the ISS is due to: whether the rate is declared hangs on it. */
  readonly agreement?: MunicipalAgreement | undefined;
}

/**
 * Builds the document of an emission that has no number yet, so that none is spent on what the layout cannot carry.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @returns what makes it the document of a number
 * @throws UnwritableFields
 */
export function unnumberedDps(
  settings: DpsSettings,
  declaration: Declaration,
  series: string,
  at: string,
): (number: number) => string {
  const first = documentOf(settings, declaration, { series, number: 1 }, at);
  const renumber = providerFor(settings, declaration) === 'abrasf' ? renumberRps : renumberDps;
  return (number) => renumber(first, number);
}

/**
 * Builds the document of a number that the invoice has already, and stores it.
 *
 * @param at ISO 8601, UTC: the moment of emission
 * @returns the key
 * @throws UnwritableFields
 */
export async function storeDps(
  deps: StoreDpsDeps,
  invoiceId: InvoiceId,
  declaration: Declaration,
  dps: { readonly series: string; readonly number: number },
  at: string,
): Promise<string> {
  return storeDocument(deps, invoiceId, declaration, documentOf(deps.dps, declaration, dps, at), at);
}

/** Stores the document under a key that carries its hash. @returns the key */
export async function storeDocument(
  { documents, dps }: StoreDpsDeps,
  invoiceId: InvoiceId,
  declaration: Declaration,
  document: string,
  at: string,
): Promise<string> {
  const kind = providerFor(dps, declaration) === 'abrasf' ? 'rps' : 'dps';
  const key = documentKey(invoiceId, kind, document, 'xml', at);
  await documents.put(key, document);
  return key;
}

function documentOf(
  settings: DpsSettings,
  declaration: Declaration,
  dps: { readonly series: string; readonly number: number },
  at: string,
): string {
  const { emission: asked, agreement = UNKNOWN_AGREEMENT } = declaration;
  const emission = withAgreement(asked, agreement);
  const issuedAt = emissionTime(at, emission.municipalityCode, emission.competenceDate);
  const system = systemFor(settings, declaration);
  if (system.provider === 'abrasf') return buildRps({ ...emission, dps, issuedAt }, rpsStyleOf(system.dialect));
  const { environment, softwareVersion, alphanumericCnpj = true } = settings;
  return buildDps({ ...emission, environment, softwareVersion, dps, issuedAt }, { alphanumericCnpj });
}

/** Whether the document leaves the given rate out for the municipality's sake: what the event then says. */
export function rateLeftOut(settings: DpsSettings, declaration: Declaration): { readonly rateLeftOut?: true } {
  const { emission, agreement = UNKNOWN_AGREEMENT } = declaration;
  const left = providerFor(settings, declaration) === 'national' && leavesRateOut(emission, agreement);
  return left ? { rateLeftOut: true } : {};
}

/** Whose rules a declaration is judged by: a city's own front of the national contract has the national layout's. */
export function rulesFor(settings: DpsSettings, declaration: Declaration): RouteAuthority {
  return providerFor(settings, declaration) === 'national' ? 'national' : 'city';
}

/** The family of protocols that the declaration's authority speaks: `provider` of an invoice. */
export function providerFor(settings: DpsSettings, declaration: Declaration): MunicipalityProfile['provider'] {
  return systemFor(settings, declaration).provider;
}

function systemFor({ profileOf = builtInProfiles }: DpsSettings, { emission, authority }: Declaration) {
  return systemOf(profileOf(emission.municipalityCode), authority);
}

/**
 * `dhEmi`: the moment less the margin, in the municipality's own time. Its first ten characters are the competence date of whoever
 * names none.
 *
 * The margin may not reach back over midnight when the service is of the new day: a competence later than the emission is
 * refused (E0015). Then the emission is of the day's first second, which is still past.
 */
export function emissionTime(at: string, municipalityCode: string, competenceDate?: string): string {
  const offset = offsetOf(municipalityCode);
  const early = localTime(Date.parse(at) - CLOCK_MARGIN_MS, offset);
  if (competenceDate === undefined || competenceDate <= early.slice(0, 10)) return early;
  const midnight = `${competenceDate}T00:00:00${offset}`;
  return competenceDate === latestCompetence(at, municipalityCode) ? midnight : early;
}

/** The date in the municipality: no service is of a later day. */
export function latestCompetence(at: string, municipalityCode: string): string {
  return localTime(Date.parse(at), offsetOf(municipalityCode)).slice(0, 10);
}

function offsetOf(municipalityCode: string): UtcOffset {
  const code = parseMunicipalityCode(municipalityCode);
  if (!code) throw new RangeError(`${municipalityCode} is not a municipality`);
  return utcOffsetOf(code);
}
