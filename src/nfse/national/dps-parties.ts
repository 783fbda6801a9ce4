import { type Content, type Given, given, type Part, part } from '../layouts/content.ts';
import type { SaleAddress, SaleForeignAddress, SaleParty, SalePlace } from '../sale.ts';
import { demandedLine, line } from './dps-fields.ts';

const NO_NIF = { NOT_INFORMED: '0', EXEMPT: '1', NOT_REQUIRED: '2' } as const;

/** `toma`, `interm`, or the supplier of a deduction. */
export function party(from: string, party: SaleParty | undefined): Part | undefined {
  if (!party) return undefined;
  return part(from, {
    ...document(from, party),
    CAEPF: given(`${from}/caepf`, party.caepf),
    IM: line(`${from}/municipalRegistration`, party.municipalRegistration),
    xNome: demandedLine(`${from}/name`, party.name),
    ...reach(from, party),
  });
}

/** `IBSCBS/dest`: has no registration with a city. */
export function recipient(from: string, party: SaleParty | undefined): Part | undefined {
  if (!party) return undefined;
  const { name } = party;
  return part(from, { ...document(from, party), xNome: demandedLine(`${from}/name`, name), ...reach(from, party) });
}

/** Who supplied what is deducted or reimbursed, by document and name alone. */
export function named(from: string, party: SaleParty | undefined): Part | undefined {
  return party && part(from, { ...document(from, party), xNome: demandedLine(`${from}/name`, party.name) });
}

function document(from: string, { cnpj, cpf, nif, noNif }: SaleParty): Content {
  return {
    CNPJ: given(`${from}/cnpj`, cnpj),
    CPF: given(`${from}/cpf`, cpf),
    NIF: nif === undefined ? undefined : demandedLine(`${from}/nif`, nif),
    cNaoNIF: given(`${from}/noNif`, noNif && NO_NIF[noNif]),
  };
}

/** Where a party is, and how it is reached. */
function reach(from: string, { address, foreignAddress, phone, email }: SaleParty): Content {
  return {
    end: foreignAddress
      ? abroad(`${from}/foreignAddress`, foreignAddress)
      : address && inBrazil(`${from}/address`, address),
    fone: given(`${from}/phone`, phone?.replace(/\D/g, '')),
    email: line(`${from}/email`, email),
  };
}

function inBrazil(from: string, address: SaleAddress): Part | undefined {
  return part(from, {
    endNac: part(from, {
      cMun: given(`${from}/municipalityCode`, address.municipalityCode),
      CEP: given(`${from}/postalCode`, address.postalCode),
    }),
    ...street(from, address),
  });
}

function abroad(from: string, address: SaleForeignAddress): Part | undefined {
  return part(from, {
    endExt: part(from, { cPais: given(`${from}/country`, address.country), ...foreignCity(from, address) }),
    ...street(from, address),
  });
}

/** `end` of a construction work, an event or a property. */
export function place(from: string, place: SalePlace | undefined): Part | undefined {
  if (!place) return undefined;
  const { foreign, postalCode } = place;
  return part(from, {
    endExt: foreign && part(`${from}/foreign`, foreignCity(`${from}/foreign`, foreign)),
    CEP: given(`${from}/postalCode`, postalCode),
    ...street(from, place),
  });
}

function foreignCity(from: string, city: NonNullable<SalePlace['foreign']>): Content {
  return {
    cEndPost: demandedLine(`${from}/postalCode`, city.postalCode),
    xCidade: demandedLine(`${from}/city`, city.city),
    xEstProvReg: demandedLine(`${from}/region`, city.region),
  };
}

/** A number left out by the writer becomes the customary "S/N", as the layout demands one. */
function street(from: string, street: Omit<SalePlace, 'postalCode' | 'foreign'>): Content {
  const number: Given | string = line(`${from}/number`, street.number) ?? 'S/N';
  return {
    xLgr: demandedLine(`${from}/street`, street.street),
    nro: number,
    xCpl: line(`${from}/complement`, street.complement),
    xBairro: demandedLine(`${from}/district`, street.district),
  };
}
