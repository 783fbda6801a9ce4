import { parseCnpj } from '../cnpj.ts';
import { dpsId } from '../dps-id.ts';
import { given, Part, part } from '../layouts/content.ts';
import { DECLARATIONS } from '../layouts/national-declaration.ts';
import { writeDocument } from '../layouts/write.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import type { Sale, SaleReplacement } from '../sale.ts';
import { rateStatement } from '../tax/stated-rate.ts';
import { unsaid } from '../unsaid.ts';
import { line } from './dps-fields.ts';
import { ibsCbs } from './dps-ibs-cbs.ts';
import { party } from './dps-parties.ts';
import { service } from './dps-service.ts';
import { values } from './dps-values.ts';
import {
  hasNote009Positions,
  NOTE_009_SINCE,
  type Note009Since,
  withNote009Positions,
  withoutOperationCode,
} from './note-009.ts';

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

/** Which revision of layout 1.01: with letters in a CNPJ, or with digits alone. */
export interface DpsRevision {
  readonly alphanumericCnpj: boolean;
  /** Since when each environment takes the positions of Technical Note 009: none does yet. */
  readonly note009Since?: Note009Since;
}

/**
 * The declaration (DPS) as XML text: layout 1.01, one default namespace, no prefixes, no white space between elements, so
 * that the bytes stored are the bytes signed and sent. The signature, where there is one, goes before `</DPS>`.
 *
 * @throws UnwritableFields for what the client must change
 * @throws RangeError for a company or municipality that the edge has let through malformed
 * @source NFS-e national layout 1.01 (2026-02-09), infDPS
 */
export function buildDps(
  input: DpsInput,
  { alphanumericCnpj, note009Since = NOTE_009_SINCE }: DpsRevision = { alphanumericCnpj: true },
): string {
  const isMoved = hasNote009Positions(input.environment, input.issuedAt.slice(0, 'YYYY-MM-DD'.length), note009Since);
  const revision = alphanumericCnpj ? DECLARATIONS.alphanumeric : DECLARATIONS.numeric;
  const content = isMoved ? withNote009Positions(declared(input)) : declared(input);
  const without = isMoved && withoutOperationCode(input.ibsCbs?.cst) ? ['/ibsCbs/operationCode'] : [];
  const missing = unsaid(input, content, [...leftOut(input), ...without]);
  return writeDocument('DPS', isMoved ? DECLARATIONS.note009 : revision, NAMESPACE, content, missing);
}

/** Members that the layout's rules leave out: a rate that the system knows itself, and the word that nothing is withheld. */
function leftOut(input: DpsInput): readonly string[] {
  return [
    ...(rateStatement(input) === 'omitted' ? ['/amounts/issRate'] : []),
    ...(input.federalTaxes?.pisCofins?.withheld === 'NONE' ? ['/federalTaxes/pisCofins/withheld'] : []),
  ];
}

/**
 * The same declaration under another number, byte for byte as `buildDps` writes it. The number stands in `Id` and in `nDPS` alone, both
 * before anything that the client wrote.
 */
export function renumberDps(xml: string, number: number): string {
  return xml
    .replace(/(Id="DPS\w*)\d{15}"/, `$1${String(number).padStart(15, '0')}"`)
    .replace(/<nDPS>\d+/, `<nDPS>${number}`);
}

/** What the declaration says, and of which members of the emission, before the layout has seen it. */
export function declared(input: DpsInput): Part {
  const companyCnpj = parseCnpj(input.companyCnpj);
  const municipalityCode = parseMunicipalityCode(input.municipalityCode);
  if (!companyCnpj || !municipalityCode) {
    throw new RangeError(`${input.companyCnpj} in ${input.municipalityCode} cannot issue`);
  }
  const content = new Part('', {
    '@Id': dpsId({ municipalityCode, companyCnpj, ...input.dps }),
    tpAmb: input.environment,
    dhEmi: input.issuedAt,
    verAplic: input.softwareVersion,
    serie: given('/dps/series', input.dps.series),
    nDPS: given('/dps/number', input.dps.number),
    dCompet: given('/competenceDate', input.competenceDate),
    tpEmit: '1',
    cLocEmi: municipalityCode,
    subst: replacement('/replaces', input.replaces),
    // Name and address of the provider are refused when it is the issuer itself (E0121, E0128).
    prest: part('/issuer', {
      CNPJ: given('/companyCnpj', companyCnpj),
      IM: line('/issuer/municipalRegistration', input.issuer.municipalRegistration),
      regTrib: regime('/issuer', input),
    }),
    toma: party('/customer', input.customer),
    interm: party('/intermediary', input.intermediary),
    serv: service(input.service),
    valores: values(input),
    IBSCBS: ibsCbs(input.ibsCbs),
  });
  return new Part('', { '@versao': LAYOUT_VERSION, infDPS: content });
}

/** `regApTribSN` belongs to ME/EPP alone (E0162, E0166); all taxes inside Simples is the rule for them. */
function regime(from: string, { issuer }: DpsInput): Part | undefined {
  const { simplesNacional, simplesRegime = 'ALL_INSIDE', specialRegime } = issuer;
  const inSimples = simplesNacional === 'ME_EPP' ? SIMPLES_REGIME[simplesRegime] : undefined;
  return part(from, {
    opSimpNac: given(`${from}/simplesNacional`, SIMPLES[simplesNacional]),
    regApTribSN: given(`${from}/simplesRegime`, inSimples),
    regEspTrib: given(`${from}/specialRegime`, specialRegime ? SPECIAL_REGIME[specialRegime] : '0'),
  });
}

/** The note that this one takes the place of: the authority cancels it in the same step. */
function replacement(from: string, replaces: SaleReplacement | undefined): Part | undefined {
  if (!replaces) return undefined;
  return part(from, {
    chSubstda: given(`${from}/accessKey`, replaces.accessKey),
    cMotivo: given(`${from}/reasonCode`, replaces.reasonCode),
    xMotivo: line(`${from}/reason`, replaces.reason),
  });
}
