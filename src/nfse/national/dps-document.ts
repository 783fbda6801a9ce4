import { parseCnpj } from '../cnpj.ts';
import { dpsId } from '../dps-id.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import type { Sale, SaleReplacement } from '../sale.ts';
import { group, leaf } from '../xml.ts';
import { optional, UnwritableField } from './dps-fields.ts';
import { ibsCbs } from './dps-ibs-cbs.ts';
import { party } from './dps-parties.ts';
import { service } from './dps-service.ts';
import { values } from './dps-values.ts';

export { UnwritableField };

/** Namespace of every national document. */
export const NAMESPACE = 'http://www.sped.fazenda.gov.br/nfse';
export const LAYOUT_VERSION = '1.01';

/** Everything a DPS is made of: the sale, and what only the declaration bears. */
export interface DpsInput extends Sale {
  readonly dps: { readonly series: string; readonly number: number };
  /** Local time of the municipality with its offset, whole seconds, a minute in the past at best: see `localTime`. */
  readonly issuedAt: string;
  /** 1 production, 2 restricted production. */
  readonly environment: '1' | '2';
  /** At most 20 characters. */
  readonly softwareVersion: string;
}

/** Counted in what the layout can carry, which may be less than what was typed. */
const SHORTEST_REASON = 15;

const SIMPLES = { NONE: '1', MEI: '2', ME_EPP: '3' } as const;
const SIMPLES_REGIME = { ALL_INSIDE: '1', ISS_OUTSIDE: '2', ALL_OUTSIDE: '3' } as const;
const SPECIAL_REGIME = {
  COOPERATIVE_ACT: '1',
  ESTIMATE: '2',
  MUNICIPAL_MICRO: '3',
  NOTARY: '4',
  AUTONOMOUS_PROFESSIONAL: '5',
  PROFESSIONAL_PARTNERSHIP: '6',
  OTHER: '9',
} as const;

/**
 * The declaration (DPS) as XML text: layout 1.01, one default namespace, no prefixes, no white space between elements, so
 * that the bytes stored are the bytes signed and sent. The signature, where there is one, goes before `</DPS>`.
 *
 * @throws UnwritableField for what the client must change
 * @throws RangeError for codes and numbers that the edge has let through malformed
 * @source NFS-e national layout 1.01 (2026-02-09), infDPS
 */
export function buildDps(input: DpsInput): string {
  const companyCnpj = parseCnpj(input.companyCnpj);
  const municipalityCode = parseMunicipalityCode(input.municipalityCode);
  if (!companyCnpj || !municipalityCode) {
    throw new RangeError(`${input.companyCnpj} in ${input.municipalityCode} cannot issue`);
  }
  const id = dpsId({ municipalityCode, companyCnpj, ...input.dps });
  const content = [
    leaf('tpAmb', input.environment),
    leaf('dhEmi', input.issuedAt),
    leaf('verAplic', input.softwareVersion),
    leaf('serie', input.dps.series),
    leaf('nDPS', input.dps.number),
    leaf('dCompet', input.competenceDate),
    leaf('tpEmit', '1'),
    leaf('cLocEmi', municipalityCode),
    replacement(input.replaces),
    // Name and address of the provider are refused when it is the issuer itself (E0121, E0128).
    group(
      'prest',
      leaf('CNPJ', companyCnpj),
      leaf('IM', optional(input.issuer.municipalRegistration, 15, '/issuer/municipalRegistration')),
      regime(input),
    ),
    party('toma', input.customer, '/customer'),
    party('interm', input.intermediary, '/intermediary'),
    service(input.service),
    values(input),
    ibsCbs(input.ibsCbs),
  ];
  const head = `<DPS xmlns="${NAMESPACE}" versao="${LAYOUT_VERSION}"><infDPS Id="${id}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>${head}${content.join('')}</infDPS></DPS>`;
}

/** `regApTribSN` belongs to ME/EPP alone (E0162, E0166); all taxes inside Simples is the rule for them. */
function regime({ issuer }: DpsInput): string {
  const { simplesNacional, simplesRegime = 'ALL_INSIDE', specialRegime } = issuer;
  return group(
    'regTrib',
    leaf('opSimpNac', SIMPLES[simplesNacional]),
    leaf('regApTribSN', simplesNacional === 'ME_EPP' ? SIMPLES_REGIME[simplesRegime] : undefined),
    leaf('regEspTrib', specialRegime ? SPECIAL_REGIME[specialRegime] : '0'),
  );
}

/** The note that this one takes the place of: the authority cancels it in the same step. */
function replacement(given: SaleReplacement | undefined): string {
  if (!given) return '';
  const reason = optional(given.reason, 255, '/replaces/reason');
  if (reason !== undefined && reason.length < SHORTEST_REASON) {
    throw new UnwritableField('/replaces/reason', 'too-short');
  }
  return group('subst', leaf('chSubstda', given.accessKey), leaf('cMotivo', given.reasonCode), leaf('xMotivo', reason));
}
