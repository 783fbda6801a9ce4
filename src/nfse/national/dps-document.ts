import { type Cents, cents, formatCents } from '../cents.ts';
import { parseCnpj } from '../cnpj.ts';
import { dpsId } from '../dps-id.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import { group, leaf } from '../xml.ts';
import { manyLines, oneLine } from './text.ts';

/** Namespace of every national document. */
export const NAMESPACE = 'http://www.sped.fazenda.gov.br/nfse';
export const LAYOUT_VERSION = '1.01';

/** Everything a DPS is made of. Amounts in centavos, rates in basis points (200 is 2.00 %), codes as bare digits. */
export interface DpsInput {
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  /** `YYYY-MM-DD`, not after the date of `issuedAt`. */
  readonly competenceDate: string;
  readonly issuer: {
    readonly municipalRegistration?: string | undefined;
    readonly simplesNacional: 'NONE' | 'MEI' | 'ME_EPP';
  };
  readonly service: {
    readonly code: string;
    readonly description: string;
    readonly nbsCode?: string | undefined;
    readonly municipalityCode: string;
    /** The client's own reference, `[a-zA-Z0-9]{1,20}`. */
    readonly reference?: string | undefined;
  };
  readonly customer?: DpsCustomer | undefined;
  readonly amounts: {
    readonly service: number;
    readonly unconditionalDiscount?: number | undefined;
    readonly conditionalDiscount?: number | undefined;
    readonly issWithheldBy: 'NOBODY' | 'CUSTOMER';
    readonly issRateBasisPoints?: number | undefined;
  };
  readonly dps: { readonly series: string; readonly number: number };
  /** Local time of the municipality with its offset, whole seconds, a minute in the past at best: see `localTime`. */
  readonly issuedAt: string;
  /** 1 production, 2 restricted production. */
  readonly environment: '1' | '2';
  /** At most 20 characters. */
  readonly softwareVersion: string;
}

export interface DpsCustomer {
  readonly cnpj?: string | undefined;
  readonly cpf?: string | undefined;
  readonly name: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly address?:
    | {
        readonly street: string;
        readonly number: string;
        readonly complement?: string | undefined;
        readonly district: string;
        readonly municipalityCode: string;
        readonly postalCode: string;
      }
    | undefined;
}

/**
 * A field that the layout cannot carry even when its type is right: nothing of it is left in the layout's repertoire, or it
 * is longer than the layout's field. The client has to change it; `field` is a JSON pointer into the emission.
 */
export class UnwritableField extends Error {
  override readonly name = 'UnwritableField';
  readonly code = 'unwritable-field';
  readonly field: string;
  readonly problem: 'empty' | 'too-long' | 'missing';
  constructor(field: string, problem: 'empty' | 'too-long' | 'missing') {
    super(`${field} cannot be written in the DPS: ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

const SIMPLES = { NONE: '1', MEI: '2', ME_EPP: '3' } as const;

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
    // Name and address of the provider are refused when it is the issuer itself (E0121, E0128).
    group(
      'prest',
      leaf('CNPJ', companyCnpj),
      leaf('IM', optional(input.issuer.municipalRegistration, 15, '/issuer/municipalRegistration')),
      regime(input),
    ),
    customer(input.customer),
    service(input),
    values(input),
  ];
  const head = `<DPS xmlns="${NAMESPACE}" versao="${LAYOUT_VERSION}"><infDPS Id="${id}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>${head}${content.join('')}</infDPS></DPS>`;
}

/** `regApTribSN` belongs to ME/EPP alone (E0162, E0166); 1 is "all taxes inside Simples", the rule for them. */
function regime({ issuer }: DpsInput): string {
  return group(
    'regTrib',
    leaf('opSimpNac', SIMPLES[issuer.simplesNacional]),
    leaf('regApTribSN', issuer.simplesNacional === 'ME_EPP' ? '1' : undefined),
    leaf('regEspTrib', '0'),
  );
}

function customer(given: DpsCustomer | undefined): string {
  if (!given) return '';
  if (!given.cnpj && !given.cpf) throw new UnwritableField('/customer', 'missing');
  const phone = given.phone?.replace(/\D/g, '') ?? '';
  return group(
    'toma',
    given.cnpj ? leaf('CNPJ', given.cnpj) : leaf('CPF', given.cpf),
    leaf('xNome', required(given.name, 300, '/customer/name')),
    address(given.address),
    leaf('fone', /^\d{6,20}$/.test(phone) ? phone : undefined),
    leaf('email', optional(given.email, 80, '/customer/email')),
  );
}

/** The city stands before the CEP. A number left out by the writer becomes the customary "S/N", as the layout demands one. */
function address(given: DpsCustomer['address']): string {
  if (!given) return '';
  const at = '/customer/address';
  return group(
    'end',
    group('endNac', leaf('cMun', given.municipalityCode), leaf('CEP', given.postalCode)),
    leaf('xLgr', required(given.street, 255, `${at}/street`)),
    leaf('nro', optional(given.number, 60, `${at}/number`) ?? 'S/N'),
    leaf('xCpl', optional(given.complement, 156, `${at}/complement`)),
    leaf('xBairro', required(given.district, 60, `${at}/district`)),
  );
}

function service({ service: given }: DpsInput): string {
  const description = bounded(manyLines(given.description), 2000, '/service/description');
  if (description === '') throw new UnwritableField('/service/description', 'empty');
  return group(
    'serv',
    group('locPrest', leaf('cLocPrestacao', given.municipalityCode)),
    group(
      'cServ',
      leaf('cTribNac', given.code),
      leaf('xDescServ', description),
      leaf('cNBS', given.nbsCode),
      leaf('cIntContrib', given.reference),
    ),
  );
}

function values(input: DpsInput): string {
  const { amounts } = input;
  return group(
    'valores',
    group('vServPrest', leaf('vServ', formatCents(cents(amounts.service)))),
    group(
      'vDescCondIncond',
      leaf('vDescIncond', nonZero(amounts.unconditionalDiscount)),
      leaf('vDescCond', nonZero(amounts.conditionalDiscount)),
    ),
    group(
      'trib',
      group(
        'tribMun',
        leaf('tribISSQN', '1'),
        leaf('tpRetISSQN', amounts.issWithheldBy === 'CUSTOMER' ? '2' : '1'),
        leaf('pAliq', rate(input)),
      ),
      group('totTrib', totals(input)),
    ),
  );
}

/**
 * The ISS rate is forbidden as often as it is demanded. MEI: never (E0600). ME/EPP inside Simples: only with ISS withheld
 * (E0621, E0625). Others: only where the city of incidence is not active in the national system (E0617, E0619), which is the
 * client's knowledge, so that the rate is written when it was given.
 */
function rate({ issuer, amounts }: DpsInput): string | undefined {
  if (amounts.issRateBasisPoints === undefined || issuer.simplesNacional === 'MEI') return undefined;
  if (issuer.simplesNacional === 'ME_EPP' && amounts.issWithheldBy === 'NOBODY') return undefined;
  return formatCents(cents(amounts.issRateBasisPoints));
}

/**
 * Approximate taxes (law 12.741/2012). Zero percentages are the layout's way of not stating them for those who may not use
 * `indTotTrib`, which is MEI's alone (E0710, E0712, E0713).
 */
function totals({ issuer }: DpsInput): string {
  switch (issuer.simplesNacional) {
    case 'MEI':
      return leaf('indTotTrib', '0');
    case 'ME_EPP':
      return leaf('pTotTribSN', '0.00');
    case 'NONE':
      return group('pTotTrib', ...['Fed', 'Est', 'Mun'].map((sphere) => leaf(`pTotTrib${sphere}`, '0.00')));
  }
}

/** Discounts of zero are refused (E0431, E0432): absent instead. */
function nonZero(amount: number | undefined): string | undefined {
  return amount ? formatCents(cents(amount) as Cents) : undefined;
}

function required(text: string, longest: number, field: string): string {
  const written = optional(text, longest, field);
  if (written === undefined) throw new UnwritableField(field, 'empty');
  return written;
}

function optional(text: string | undefined, longest: number, field: string): string | undefined {
  const written = bounded(oneLine(text ?? ''), longest, field);
  return written === '' ? undefined : written;
}

function bounded(text: string, longest: number, field: string): string {
  if (text.length > longest) throw new UnwritableField(field, 'too-long');
  return text;
}
