import { centralBankCountry } from '../countries.ts';
import { type Content, given, type Part, part } from '../layouts/content.ts';
import { parseMunicipalityCode, stateOf } from '../municipality.ts';
import { demandedLine, line } from '../national/dps-fields.ts';
import type { Sale, SaleForeignAddress, SaleParty } from '../sale.ts';
import { UnwritableField } from '../unwritable.ts';
import { addressLine, lineGiven, membersLine } from './address-line.ts';
import type { LayoutTraits } from './layout-differences.ts';

/** `CodigoMunicipio` of what is abroad, as several cities want it. */
export const ABROAD = '9999999';

/** `Prestador` of an RPS. */
export function provider(
  sale: Pick<Sale, 'companyCnpj' | 'issuer'>,
  { documentChoice }: LayoutTraits,
): Part | undefined {
  const from = '/issuer';
  const cnpj = given('/companyCnpj', sale.companyCnpj);
  return part(from, {
    ...(documentChoice ? { CpfCnpj: part('/companyCnpj', { Cnpj: cnpj }) } : { Cnpj: cnpj }),
    InscricaoMunicipal: line(`${from}/municipalRegistration`, sale.issuer.municipalRegistration),
  });
}

/**
 * The taker; nothing without one.
 *
 * @param foreignNumber whether the dialect has a place for the number of somebody from abroad
 */
export function customer(party: SaleParty | undefined, traits: LayoutTraits, foreignNumber: boolean): Part | undefined {
  if (!party) return undefined;
  const from = '/customer';
  return part(from, {
    IdentificacaoTomador: party.cnpj || party.cpf ? identity(from, party) : undefined,
    NifTomador: foreignNumber ? line(`${from}/nif`, party.nif) : undefined,
    RazaoSocial: demandedLine(`${from}/name`, party.name),
    ...whereabouts(from, party, traits),
    Contato: contact(from, party),
  });
}

function identity(from: string, party: SaleParty): Part | undefined {
  return part(from, {
    CpfCnpj: document(from, party),
    InscricaoMunicipal: line(`${from}/municipalRegistration`, party.municipalRegistration),
  });
}

function document(from: string, { cnpj, cpf }: SaleParty): Part | undefined {
  return part(from, cnpj ? { Cnpj: given(`${from}/cnpj`, cnpj) } : { Cpf: given(`${from}/cpf`, cpf) });
}

function whereabouts(from: string, party: SaleParty, { addressAbroad }: LayoutTraits): Content {
  const { foreignAddress: abroad } = party;
  if (!abroad) return { Endereco: address(`${from}/address`, party.address) };
  const at = `${from}/foreignAddress`;
  if (addressAbroad === 'one-text') return { EnderecoExterior: addressInOneText(at, abroad) };
  return addressAbroad === 'fields' ? { Endereco: addressInFields(at, abroad) } : {};
}

function addressInOneText(from: string, abroad: SaleForeignAddress): Part | undefined {
  return part(from, {
    CodigoPais: given(`${from}/country`, centralBankCountry(abroad.country)),
    EnderecoCompletoExterior: lineGiven(from, addressLine(from, abroad)),
  });
}

/** City, region and postal code have no field of their own there. `Uf` is left out: the model has no state abroad. */
function addressInFields(from: string, abroad: SaleForeignAddress): Part | undefined {
  const { street, number, complement, district, city, region, postalCode, country } = abroad;
  return part(from, {
    Endereco: lineGiven(from, membersLine(from, { street, city, region, postalCode })),
    Numero: line(`${from}/number`, number) ?? NO_NUMBER,
    Complemento: line(`${from}/complement`, complement),
    Bairro: demandedLine(`${from}/district`, district),
    CodigoMunicipio: ABROAD,
    CodigoPais: given(`${from}/country`, centralBankCountry(country)),
  });
}

const NO_NUMBER = 'S/N';

function address(from: string, address: SaleParty['address']): Part | undefined {
  const code = parseMunicipalityCode(address?.municipalityCode);
  if (!address || !code) return undefined;
  return part(from, {
    Endereco: demandedLine(`${from}/street`, address.street),
    Numero: line(`${from}/number`, address.number) ?? NO_NUMBER,
    Complemento: line(`${from}/complement`, address.complement),
    Bairro: demandedLine(`${from}/district`, address.district),
    CodigoMunicipio: given(`${from}/municipalityCode`, code),
    Uf: stateOf(code),
    Cep: given(`${from}/postalCode`, address.postalCode),
  });
}

function contact(from: string, { phone, email }: SaleParty): Part | undefined {
  return part(from, {
    Telefone: given(`${from}/phone`, phone?.replace(/\D/g, '')),
    Email: line(`${from}/email`, email),
  });
}

/**
 * The intermediary, who needs a CNPJ or CPF. By its element's name.
 *
 * @param withPlace whether the layout wants a municipality here, too
 */
export function intermediary(party: SaleParty | undefined, { model }: LayoutTraits, withPlace: boolean): Content {
  if (!party) return {};
  const from = '/intermediary';
  if (!party.cnpj && !party.cpf) throw new UnwritableField(from, 'missing');
  const name = demandedLine(`${from}/name`, party.name);
  if (model === 1) {
    const { municipalRegistration } = party;
    return {
      IntermediarioServico: part(from, {
        RazaoSocial: name,
        CpfCnpj: document(from, party),
        InscricaoMunicipal: line(`${from}/municipalRegistration`, municipalRegistration),
      }),
    };
  }
  const municipality = party.address?.municipalityCode;
  if (withPlace && !municipality) throw new UnwritableField(`${from}/address`, 'missing');
  return {
    Intermediario: part(from, {
      IdentificacaoIntermediario: identity(from, party),
      RazaoSocial: name,
      CodigoMunicipio: withPlace ? given(`${from}/address/municipalityCode`, municipality) : undefined,
    }),
  };
}
