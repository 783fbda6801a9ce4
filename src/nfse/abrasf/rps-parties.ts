import { type Content, given, type Part, part } from '../layouts/content.ts';
import { parseMunicipalityCode, stateOf } from '../municipality.ts';
import { demandedLine, line } from '../national/dps-fields.ts';
import type { Sale, SaleParty } from '../sale.ts';
import { UnwritableField } from '../unwritable.ts';
import type { LayoutTraits } from './layout-differences.ts';

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

/** The taker; nothing without one. */
export function customer(party: SaleParty | undefined, traits: LayoutTraits): Part | undefined {
  if (!party) return undefined;
  const from = '/customer';
  return part(from, {
    IdentificacaoTomador: party.cnpj || party.cpf ? identity(from, party) : undefined,
    NifTomador: traits.extended ? line(`${from}/nif`, party.nif) : undefined,
    RazaoSocial: demandedLine(`${from}/name`, party.name),
    Endereco: address(`${from}/address`, party.address),
    Contato: contact(from, party, traits),
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

function address(from: string, address: SaleParty['address']): Part | undefined {
  const code = parseMunicipalityCode(address?.municipalityCode);
  if (!address || !code) return undefined;
  return part(from, {
    Endereco: demandedLine(`${from}/street`, address.street),
    Numero: line(`${from}/number`, address.number) ?? 'S/N',
    Complemento: line(`${from}/complement`, address.complement),
    Bairro: demandedLine(`${from}/district`, address.district),
    CodigoMunicipio: given(`${from}/municipalityCode`, code),
    Uf: stateOf(code),
    Cep: given(`${from}/postalCode`, address.postalCode),
  });
}

/** A telephone number that does not fit is left out: nobody's invoice should fail for it. */
function contact(from: string, { phone, email }: SaleParty, { longestPhone }: LayoutTraits): Part | undefined {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return part(from, {
    Telefone: digits.length <= longestPhone ? given(`${from}/phone`, digits) : undefined,
    Email: line(`${from}/email`, email),
  });
}

/** The intermediary, who needs a CNPJ or CPF and, in the second model, a municipality here. By its element's name. */
export function intermediary(party: SaleParty | undefined, { model }: LayoutTraits): Content {
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
  if (!municipality) throw new UnwritableField(`${from}/address`, 'missing');
  return {
    Intermediario: part(from, {
      IdentificacaoIntermediario: identity(from, party),
      RazaoSocial: name,
      CodigoMunicipio: given(`${from}/address/municipalityCode`, municipality),
    }),
  };
}
