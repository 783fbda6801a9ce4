import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { parseCpf } from '../../../src/nfse/cpf.ts';
import { dpsId } from '../../../src/nfse/dps-id.ts';
import { parseMunicipalityCode } from '../../../src/nfse/municipality.ts';
import { CANCELLATION } from '../../../src/nfse/national/cancellation-request.ts';
import { LAYOUT_VERSION } from '../../../src/nfse/national/dps-document.ts';
import type { DpsFacts, EventRequestFacts } from '../../../src/nfse/national/read-documents.ts';

/** A refusal of the stand-in: a code of the real catalogue, and what it is about. */
export interface Refusal {
  readonly code: string;
  readonly detail?: string;
}

const MAX_SERIES_OF_OWN_SOFTWARE = 49_999;

/**
 * The rules of the real system that need no register of companies and cities.
 *
 * @param now milliseconds since the epoch
 * @returns every rule broken, so that a client sees all of them at once
 */
export function faultsOf(dps: DpsFacts, now: number): readonly Refusal[] {
  const companyCnpj = parseCnpj(dps.issuerDocument);
  const cpf = parseCpf(dps.issuerDocument);
  const municipalityCode = parseMunicipalityCode(dps.municipalityCode);
  if (!companyCnpj && !cpf) return [{ code: 'E0080' }];
  if (!municipalityCode) return [{ code: 'E0037', detail: dps.municipalityCode }];
  if (!/^\d{1,5}$/.test(dps.series) || !/^[1-9]\d{0,14}$/.test(dps.number)) return [{ code: 'E1235', detail: 'nDPS' }];

  const name = { municipalityCode, series: dps.series, number: Number(dps.number) };
  const id = companyCnpj ? dpsId({ ...name, companyCnpj }) : cpf ? dpsId({ ...name, cpf }) : undefined;
  const customer = dps.customerDocument;
  const discounts = dps.unconditionalDiscount + dps.conditionalDiscount;
  const rules: readonly (readonly [broken: boolean, code: string, detail?: string | undefined])[] = [
    [dps.layoutVersion !== LAYOUT_VERSION, 'E0001', dps.layoutVersion],
    [dps.id !== id, 'E0004', dps.id],
    [dps.environment !== '2', 'E0006', dps.environment],
    [Date.parse(dps.issuedAt) > now, 'E0008', dps.issuedAt],
    [Number(dps.series) < 1 || Number(dps.series) > MAX_SERIES_OF_OWN_SOFTWARE, 'E0010', dps.series],
    [dps.competenceDate > dps.issuedAt.slice(0, 10), 'E0015', dps.competenceDate],
    [customer?.length === 14 && !parseCnpj(customer), 'E0188', customer],
    [customer?.length === 11 && !parseCpf(customer), 'E0206', customer],
    [customer === dps.issuerDocument, 'E0202'],
    [customer === undefined && dps.issWithheld === '2', 'E0204'],
    [!isPlaceOfService(dps.serviceMunicipalityCode), 'E0302', dps.serviceMunicipalityCode],
    [!/^\d{6}$/.test(dps.serviceCode), 'E1235', 'cTribNac'],
    [discounts > dps.amount, 'E0427'],
    [dps.simplesNacional === '2' && dps.issWithheld !== '1', 'E0583'],
    [(dps.issRateBasisPoints ?? 0) > 500, 'E0595'],
    [dps.simplesNacional === '2' && dps.issRateBasisPoints !== undefined, 'E0600'],
  ];
  return rules
    .filter(([broken]) => broken)
    .map(([, code, detail]) => ({ code, ...(detail !== undefined && { detail }) }));
}

/** A municipality, the territorial sea, or nothing: then the service was rendered abroad. */
function isPlaceOfService(code: string | undefined): boolean {
  return code === undefined || code === '0000000' || parseMunicipalityCode(code) !== undefined;
}

/** @param now milliseconds since the epoch */
export function eventFaultsOf(
  request: EventRequestFacts,
  accessKey: string,
  company: string,
  now: number,
): readonly Refusal[] {
  const rules: readonly (readonly [broken: boolean, code: string])[] = [
    [request.accessKey !== accessKey || request.id !== `PRE${accessKey}${request.type}`, 'E0801'],
    [request.type !== CANCELLATION, 'E0806'],
    [request.authorDocument !== company, 'E0813'],
    [request.environment !== '2', 'E0006'],
    [Date.parse(request.requestedAt) > now, 'E0008'],
    [!/^[129]$/.test(request.reasonCode) || request.reason.length < 15 || request.reason.length > 255, 'E1235'],
  ];
  return rules.filter(([broken]) => broken).map(([, code]) => ({ code }));
}
