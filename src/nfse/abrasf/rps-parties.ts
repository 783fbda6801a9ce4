import { parseMunicipalityCode, stateOf } from '../municipality.ts';
import { optional, required, UnwritableField } from '../national/dps-fields.ts';
import type { Sale, SaleParty } from '../sale.ts';
import { group, leaf } from '../xml.ts';
import type { LayoutTraits } from './layout-differences.ts';

/** `Prestador` of an RPS. */
export function provider(sale: Pick<Sale, 'companyCnpj' | 'issuer'>, traits: LayoutTraits): string {
  const registration = optional(sale.issuer.municipalRegistration, 15, '/issuer/municipalRegistration');
  return group('Prestador', ...providerIdentity(sale.companyCnpj, registration, traits));
}

/** Who asks, as every message has it. */
export function providerIdentity(
  companyCnpj: string,
  municipalRegistration: string | undefined,
  traits: Pick<LayoutTraits, 'documentChoice'>,
): readonly string[] {
  const cnpj = leaf('Cnpj', companyCnpj);
  return [traits.documentChoice ? group('CpfCnpj', cnpj) : cnpj, leaf('InscricaoMunicipal', municipalRegistration)];
}

/** The taker; nothing without one. */
export function customer(given: SaleParty | undefined, traits: LayoutTraits): string {
  if (!given) return '';
  return group(
    traits.customer,
    group(
      'IdentificacaoTomador',
      group('CpfCnpj', given.cnpj ? leaf('Cnpj', given.cnpj) : leaf('Cpf', given.cpf)),
      leaf(
        'InscricaoMunicipal',
        given.cnpj || given.cpf
          ? optional(given.municipalRegistration, 15, '/customer/municipalRegistration')
          : undefined,
      ),
    ),
    leaf('NifTomador', traits.extended ? optional(given.nif, 40, '/customer/nif') : undefined),
    leaf('RazaoSocial', required(given.name, traits.most.name, '/customer/name')),
    address(given.address, traits),
    contact(given, traits),
  );
}

function address(given: SaleParty['address'], { most }: LayoutTraits): string {
  const code = parseMunicipalityCode(given?.municipalityCode);
  if (!given || !code) return '';
  const at = '/customer/address';
  return group(
    'Endereco',
    leaf('Endereco', required(given.street, most.street, `${at}/street`)),
    leaf('Numero', optional(given.number, most.number, `${at}/number`) ?? 'S/N'),
    leaf('Complemento', optional(given.complement, 60, `${at}/complement`)),
    leaf('Bairro', required(given.district, 60, `${at}/district`)),
    leaf('CodigoMunicipio', code),
    leaf('Uf', stateOf(code)),
    leaf('Cep', given.postalCode),
  );
}

/** A telephone number that does not fit is left out: nobody's invoice should fail for it. */
function contact({ phone, email }: SaleParty, { most }: LayoutTraits): string {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return group(
    'Contato',
    leaf('Telefone', digits !== '' && digits.length <= most.phone ? digits : undefined),
    leaf('Email', optional(email, 80, '/customer/email')),
  );
}

/** The intermediary, who needs a CNPJ or CPF and a municipality here. */
export function intermediary(given: SaleParty | undefined, { model }: LayoutTraits): string {
  if (!given) return '';
  if (!given.cnpj && !given.cpf) throw new UnwritableField('/intermediary', 'missing');
  const document = group('CpfCnpj', given.cnpj ? leaf('Cnpj', given.cnpj) : leaf('Cpf', given.cpf));
  const registration = leaf(
    'InscricaoMunicipal',
    optional(given.municipalRegistration, 15, '/intermediary/municipalRegistration'),
  );
  const name = leaf('RazaoSocial', required(given.name, model === 1 ? 115 : 150, '/intermediary/name'));
  if (model === 1) return group('IntermediarioServico', name, document, registration);
  const municipality = given.address?.municipalityCode;
  if (!municipality) throw new UnwritableField('/intermediary/address', 'missing');
  return group(
    'Intermediario',
    group('IdentificacaoIntermediario', document, registration),
    name,
    leaf('CodigoMunicipio', municipality),
  );
}
