import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { parseCpf } from '../../../src/nfse/cpf.ts';
import { DECLARATION_RULES } from '../../../src/nfse/layouts/national-declaration-rules.ts';
import { brokenRules, everywhere } from '../../../src/nfse/layouts/rules.ts';
import { parseMunicipalityCode } from '../../../src/nfse/municipality.ts';
import { CANCELLATION } from '../../../src/nfse/national/cancellation-request.ts';
import { LAYOUT_VERSION } from '../../../src/nfse/national/dps-document.ts';
import type { DpsFacts, EventRequestFacts } from '../../../src/nfse/national/read-documents.ts';
import { parseXml } from '../../../src/nfse/xml.ts';

/** A refusal of the stand-in: a code of the real catalogue, and what it is about. */
export interface Refusal {
  readonly code: string;
  readonly detail?: string;
}

const MAX_SERIES_OF_OWN_SOFTWARE = 49_999;

/**
 * The rules of the real system that need no register of companies and cities: those of `nfse validate` that have a code of the
 * catalogue, and what depends on the clock, on the environment, and on who sends.
 *
 * @param xml the declaration that `dps` was read from
 * @param now milliseconds since the epoch
 * @returns every rule broken, so that a client sees all of them at once
 */
export function faultsOf(xml: string, dps: DpsFacts, now: number): readonly Refusal[] {
  // What an access key is made of comes first.
  if (!parseCnpj(dps.issuerDocument) && !parseCpf(dps.issuerDocument)) return [{ code: 'E0080' }];
  if (!parseMunicipalityCode(dps.municipalityCode)) return [{ code: 'E0037', detail: dps.municipalityCode }];
  if (!/^\d{1,5}$/.test(dps.series) || !/^[1-9]\d{0,14}$/.test(dps.number)) return [{ code: 'E1235', detail: 'nDPS' }];

  const here: readonly (readonly [broken: boolean, code: string, detail: string])[] = [
    [dps.layoutVersion !== LAYOUT_VERSION, 'E0001', dps.layoutVersion],
    [dps.environment !== '2', 'E0006', dps.environment],
    [Date.parse(dps.issuedAt) > now, 'E0008', dps.issuedAt],
    [Number(dps.series) > MAX_SERIES_OF_OWN_SOFTWARE, 'E0010', dps.series],
  ];
  const general = everywhere(parseXml(xml), 'infDPS')
    .flatMap(([element, path]) => brokenRules(DECLARATION_RULES, element, path))
    .filter(({ code }) => /^E\d{4}$/.test(code));
  return [
    ...here.filter(([broken]) => broken).map(([, code, detail]) => ({ code, detail })),
    ...general.map(({ code, path, found }) => ({ code, detail: found ?? path })),
  ];
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
