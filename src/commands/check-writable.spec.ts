import { describe, expect, it } from 'vitest';
import type { Emission } from '../events/emission.ts';
import type { MunicipalityProfile } from '../nfse/municipality-profiles/profiles.ts';
import { DefectiveDeclaration, RefusedDeclaration } from '../nfse/national/refused-declaration.ts';
import { checkWritable, type DpsSettings } from './store-dps.ts';

const national: MunicipalityProfile = { provider: 'national' };
const settings: DpsSettings = {
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
  profileOf: () => national,
};
const AT = '2026-11-10T15:00:00Z';

const address = {
  street: 'Avenida Exemplo',
  number: '1000',
  district: 'Centro',
  municipalityCode: '3106200',
  postalCode: '30130000',
};
const customer = { cnpj: '12345678000195', name: 'Tomadora Exemplo S/A', address };
const service = {
  code: '010101',
  description: 'Desenvolvimento de sistema sob encomenda',
  nbsCode: '115022000',
  municipalityCode: '3106200',
};
const amounts = { service: 150_000, issWithheldBy: 'NOBODY' } as const;
const ibsCbs = { operationCode: '100301', cst: '000', classification: '000001' };
const emission: Emission = {
  companyCnpj: '11222333000181',
  municipalityCode: '3106200',
  competenceDate: '2026-11-10',
  issuer: { simplesNacional: 'NONE' },
  service,
  customer,
  amounts,
};

/** What is refused of an emission that no other check has seen, by pointer and code. */
function refused(parts: Partial<Emission>, more: Partial<DpsSettings> = {}): readonly string[] {
  try {
    checkWritable({ ...settings, ...more }, { ...emission, ...parts }, '1', AT);
    return [];
  } catch (error) {
    if (!(error instanceof RefusedDeclaration)) throw error;
    for (const { message, howToFix } of error.fields) expect([message, howToFix]).not.toContain('');
    return error.fields.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('an emission, before a number is used', () => {
  it('is accepted when the authority would accept its declaration', () => expect(refused({ ibsCbs })).toEqual([]));

  it.each<[what: string, parts: Partial<Emission>, expected: readonly string[]]>([
    [
      'a postal code of seven digits',
      { customer: { ...customer, address: { ...address, postalCode: '3013000' } } },
      ['/customer/address/postalCode layout-wrong-format'],
    ],
    [
      'a customer’s municipality that does not exist',
      { customer: { ...customer, address: { ...address, municipalityCode: '9900000' } } },
      ['/customer/address/municipalityCode E0302'],
    ],
    ['a CNPJ that does not exist', { customer: { ...customer, cnpj: '12345678000196' } }, ['/customer/cnpj E0188']],
    ['a CPF that does not exist', { customer: { name: 'Fulano', cpf: '52998224726' } }, ['/customer/cpf E0206']],
    ['a customer who is the provider', { customer: { ...customer, cnpj: '11222333000181' } }, ['/customer/cnpj E0202']],
    [
      'an intermediary that does not exist',
      { intermediary: { name: 'Intermediadora', cnpj: '12345678000196' } },
      ['/intermediary/cnpj E0248'],
    ],
    [
      'a country in small letters',
      {
        customer: {
          name: 'Buyer Inc.',
          nif: '99-1',
          foreignAddress: { ...address, country: 'us', city: 'Austin', region: 'TX' },
        },
      },
      ['/customer/foreignAddress/country layout-wrong-format'],
    ],
    ['a service code with points', { service: { ...service, code: '1.01' } }, ['/service/code layout-wrong-format']],
    ['an NBS code cut short', { service: { ...service, nbsCode: '1150' } }, ['/service/nbsCode layout-wrong-format']],
    [
      'a reference with a dash',
      { service: { ...service, reference: 'PED-1' } },
      ['/service/reference layout-wrong-format'],
    ],
    [
      'a work identified twice',
      { service: { ...service, work: { number: '1', cib: '12345678' } } },
      ['/service/work/cib layout-unexpected-element'],
    ],
    [
      'a work identified by nothing',
      { service: { ...service, work: { propertyRegistration: '1' } } },
      ['/service/work layout-missing-element'],
    ],
    [
      'an event that ends before it begins',
      { service: { ...service, event: { name: 'Show', startDate: '2026-11-02', endDate: '2026-11-01', number: '1' } } },
      ['/service/event/endDate event-dates'],
    ],
    [
      'a hundred items of an order',
      { service: { ...service, information: { orderItems: Array.from({ length: 100 }, () => 'item') } } },
      ['/service/information/orderItems layout-unexpected-element'],
    ],
    ['a date that is none', { competenceDate: '2026-02-30' }, ['/competenceDate layout-wrong-format']],
    [
      'a discount of the whole price',
      { amounts: { ...amounts, unconditionalDiscount: 150_000 } },
      ['/amounts/unconditionalDiscount E0431'],
    ],
    ['a rate above five per cent', { amounts: { ...amounts, issRateBasisPoints: 501 } }, ['/amounts/issRate E0595']],
    [
      'ISS withheld by a customer nobody names',
      { customer: undefined, amounts: { ...amounts, issWithheldBy: 'CUSTOMER', issRateBasisPoints: 200 } },
      ['/customer E0204'],
    ],
    [
      'a MEI whose ISS is withheld',
      { issuer: { simplesNacional: 'MEI' }, amounts: { ...amounts, issWithheldBy: 'CUSTOMER' } },
      ['/amounts/issWithheldBy E0583'],
    ],
    [
      'a process number cut short',
      { iss: { suspension: { kind: 'COURT', process: '1' } } },
      ['/iss/suspension/process layout-wrong-format'],
    ],
    [
      'a CST of PIS and COFINS that is none',
      { federalTaxes: { pisCofins: { cst: '10' } } },
      ['/federalTaxes/pisCofins/cst layout-not-in-list'],
    ],
    [
      'a classification of another CST',
      { ibsCbs: { ...ibsCbs, classification: '200001' } },
      ['/ibsCbs/classification tax-class'],
    ],
    [
      'IBS and CBS without NBS code',
      { service: { ...service, nbsCode: undefined }, ibsCbs },
      ['/service/nbsCode E0322'],
    ],
    [
      'the second of two notes referred to',
      { ibsCbs: { ...ibsCbs, referencedNotes: ['31062002211222333000181000000000010126110000000176', '3'] } },
      ['/ibsCbs/referencedNotes/1 layout-wrong-format'],
    ],
    [
      'a replaced note that does not exist',
      { replaces: { accessKey: '31062002211222333000181000000000010126110000000175', reasonCode: '01' } },
      ['/replaces/accessKey E0042'],
    ],
    [
      'a replacement for other reasons that says none',
      { replaces: { accessKey: '31062002211222333000181000000000010126110000000176', reasonCode: '99' } },
      ['/replaces/reason E0078'],
    ],
    [
      'two fields at once',
      { customer: { ...customer, cnpj: '12345678000196' }, service: { ...service, code: '1' } },
      ['/service/code layout-wrong-format', '/customer/cnpj E0188'],
    ],
  ])('is refused for %s', (_, parts, expected) => expect(refused(parts)).toEqual(expected));

  it('may have letters in a recipient’s CNPJ where the installation’s revision has them', () => {
    const parts = { ibsCbs: { ...ibsCbs, recipient: { name: 'Destinatária', cnpj: '12ABC34501DE35' } } };
    expect(refused(parts)).toEqual([]);
    expect(refused(parts, { alphanumericCnpj: false })).toEqual(['/ibsCbs/recipient/cnpj layout-wrong-format']);
  });

  it('is our defect, and nobody’s request to mend, when the software’s own name does not fit', () =>
    expect(() => refused({}, { softwareVersion: 'x'.repeat(21) })).toThrow(DefectiveDeclaration));
});
