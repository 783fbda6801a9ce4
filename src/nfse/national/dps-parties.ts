import type { SaleAddress, SaleForeignAddress, SaleParty, SalePlace } from '../sale.ts';
import { group, leaf } from '../xml.ts';
import { optional, required, UnwritableField } from './dps-fields.ts';

const NO_NIF = { NOT_INFORMED: '0', EXEMPT: '1', NOT_REQUIRED: '2' } as const;

/** `toma` or `interm`, by its element's name. */
export function party(element: string, given: SaleParty | undefined, at: string): string {
  if (!given) return '';
  return group(
    element,
    document(given, at),
    leaf('IM', optional(given.municipalRegistration, 15, `${at}/municipalRegistration`)),
    leaf('xNome', required(given.name, 300, `${at}/name`)),
    ...address(given, at),
    ...contact(given, at),
  );
}

/** `IBSCBS/dest`: has no registration with a city, and a shorter name. */
export function recipient(given: SaleParty | undefined, at: string): string {
  if (!given) return '';
  return group(
    'dest',
    document(given, at),
    leaf('xNome', required(given.name, 150, `${at}/name`)),
    ...address(given, at),
    ...contact(given, at),
  );
}

function document({ cnpj, cpf, nif, noNif }: SaleParty, at: string): string {
  if (cnpj) return leaf('CNPJ', cnpj);
  if (cpf) return leaf('CPF', cpf);
  if (nif) return leaf('NIF', required(nif, 40, `${at}/nif`));
  if (noNif) return leaf('cNaoNIF', NO_NIF[noNif]);
  throw new UnwritableField(at, 'missing');
}

function contact({ phone, email }: SaleParty, at: string): readonly string[] {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return [
    leaf('fone', /^\d{6,20}$/.test(digits) ? digits : undefined),
    leaf('email', optional(email, 80, `${at}/email`)),
  ];
}

function address({ address, foreignAddress }: SaleParty, at: string): readonly string[] {
  if (foreignAddress) return [abroad(foreignAddress, `${at}/foreignAddress`)];
  return address ? [inBrazil(address, `${at}/address`)] : [];
}

/** The city stands before the CEP. */
function inBrazil(given: SaleAddress, at: string): string {
  const city = group('endNac', leaf('cMun', given.municipalityCode), leaf('CEP', given.postalCode));
  return group('end', city, ...street(given, at));
}

function abroad(given: SaleForeignAddress, at: string): string {
  return group('end', group('endExt', leaf('cPais', given.country), ...foreignCity(given, at)), ...street(given, at));
}

/** `end` of a construction work or an event. */
export function place(given: SalePlace | undefined, at: string): string {
  if (!given) return '';
  const { foreign, postalCode } = given;
  const where = foreign ? group('endExt', ...foreignCity(foreign, `${at}/foreign`)) : leaf('CEP', postalCode);
  return group('end', where, ...street(given, at));
}

function foreignCity(given: NonNullable<SalePlace['foreign']>, at: string): readonly string[] {
  return [
    leaf('cEndPost', required(given.postalCode, 11, `${at}/postalCode`)),
    leaf('xCidade', required(given.city, 60, `${at}/city`)),
    leaf('xEstProvReg', required(given.region, 60, `${at}/region`)),
  ];
}

/** A number left out by the writer becomes the customary "S/N", as the layout demands one. */
function street(given: Omit<SalePlace, 'postalCode' | 'foreign'>, at: string): readonly string[] {
  return [
    leaf('xLgr', required(given.street, 255, `${at}/street`)),
    leaf('nro', optional(given.number, 60, `${at}/number`) ?? 'S/N'),
    leaf('xCpl', optional(given.complement, 156, `${at}/complement`)),
    leaf('xBairro', required(given.district, 60, `${at}/district`)),
  ];
}
