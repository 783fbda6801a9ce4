import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from '../../../test/official-schemas.ts';
import { sweepSize } from '../../../test/sweep-size.ts';
import type { SaleAddress } from '../sale.ts';
import { acceptableSale } from '../tax/any-sale.fixtures.ts';
import { ownDebits } from '../tax/federal.ts';
import { cleaning, emission, exported, software } from '../tax/sales.fixtures.ts';
import { DefectiveDocument, type Unwritable, UnwritableFields } from '../unwritable.ts';
import { descend, parseXml, type XmlElement } from '../xml.ts';
import { buildDps, type DpsInput, type DpsRevision, renumberDps } from './dps-document.ts';
import { readDps } from './read-documents.ts';

const numeric = await officialCheck('nacional-1.01', 'DPS');
const alphanumeric = await officialCheck('nacional-1.01-cnpj-alfa', 'DPS');

/** The content of an element of the declaration. */
function written(name: string, input: DpsInput): string | undefined {
  return new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(buildDps(input))?.[1];
}

/** What the layout refuses of an emission. */
function refused(input: DpsInput, revision?: DpsRevision): readonly Unwritable[] {
  try {
    buildDps(input, revision);
    return [];
  } catch (error) {
    if (error instanceof UnwritableFields) return error.fields;
    throw error;
  }
}

/** What a declaration bears besides the sale. */
const bearing = {
  dps: { series: '1', number: 1 },
  issuedAt: '2033-06-01T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
} as const;

const active = { municipalityActive: true };
const percentages = { federalRateBasisPoints: 1_345, municipalRateBasisPoints: 200 };

type Content = string | readonly (readonly [string, Content])[];

/** An element's content without its place in the text. */
function content(element: XmlElement | undefined): Content | undefined {
  if (!element) return undefined;
  if (element.children.length === 0) return element.text;
  return element.children.map((child): [string, Content] => [child.name, content(child) ?? '']);
}

const issuers = fc.constantFrom('11222333000181', '12345678000195', '12ABC34501DE35', '00000000E08G12');
/** Text as people paste it, with at least one letter so that something is left to write. */
const pasted = (maxLength: number) =>
  fc
    .tuple(fc.string({ unit: fc.constantFrom(...'aÇ “”—…&<>\n\t\u0000\u00a0🙂ﬁ€'.split(/(?:)/u), 'é'), maxLength }))
    .map(([text]) => `x${text}`);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const address = fc.record({
  street: pasted(40),
  number: fc.constantFrom('1000', 'S/N', '', ' 12 A '),
  complement: optional(pasted(20)),
  district: pasted(15),
  municipalityCode: fc.constant('3550308'),
  postalCode: fc.constant('01310100'),
});
const customers = fc
  .tuple(
    fc.constantFrom({ cnpj: '12345678000195' }, { cpf: '52998224725' }),
    fc.record({
      name: pasted(60),
      email: optional(fc.constant('financeiro@tomadora.example')),
      phone: optional(fc.constantFrom('(31) 3333-0000', '+55 31 99999-0000')),
      address: optional(address),
    }),
  )
  .map(([who, rest]) => ({ ...who, ...rest }));
const emissions: fc.Arbitrary<DpsInput> = fc.record({
  companyCnpj: issuers,
  municipalityCode: fc.constantFrom('3106200', '3550308', '1200401', '2605459'),
  competenceDate: fc.constant('2026-11-10'),
  issuer: fc.record({
    municipalRegistration: optional(fc.constantFrom('1234567', '0001')),
    simplesNacional: fc.constantFrom('NONE', 'MEI', 'ME_EPP'),
  }),
  service: fc.record({
    code: fc.constantFrom('010101', '140201'),
    description: pasted(300),
    nbsCode: optional(fc.constant('115022000')),
    municipalityCode: fc.constant('3106200'),
    reference: optional(fc.constantFrom('7', 'PED20261110', 'Z'.repeat(20))),
  }),
  customer: optional(customers),
  amounts: fc.record({
    service: fc.integer({ min: 1, max: 99_999_999_999 }),
    unconditionalDiscount: optional(fc.constantFrom(0, 1, 12_345)),
    conditionalDiscount: optional(fc.constantFrom(0, 99)),
    issWithheldBy: fc.constantFrom('NOBODY', 'CUSTOMER'),
    issRateBasisPoints: optional(fc.integer({ min: 0, max: 500 })),
  }),
  dps: fc.record({ series: fc.constantFrom('1', '49999'), number: fc.integer({ min: 1, max: 999_999_999_999_999 }) }),
  issuedAt: fc.constantFrom('2026-11-10T09:30:00-03:00', '2026-02-28T23:59:59-05:00'),
  environment: fc.constantFrom('1', '2'),
  softwareVersion: fc.constant('nfse-ledger-0.1.0'),
});

describe('a declaration under another number', () => {
  const anyNumber = fc.integer({ min: 1, max: 999_999_999_999_999 });

  it('is what is built for that number, whatever text people paste', () =>
    fc.assert(
      fc.property(emissions, anyNumber, (input, number) => {
        const dps = { ...input.dps, number };
        expect(renumberDps(buildDps(input), number)).toBe(buildDps({ ...input, dps }));
      }),
    ));

  it('leaves what the client wrote as it is, even where it looks like the number', () => {
    const description = 'Id="DPS310620021122233300018100001000000000000001" <nDPS>1</nDPS> Id="decl1n1"';
    const quoting = { ...emission, service: { ...emission.service, description } };
    const dps = { ...emission.dps, number: 77 };
    expect(renumberDps(buildDps(quoting), 77)).toBe(buildDps({ ...quoting, dps }));
  });
});

describe('a declaration', () => {
  needing(WITHOUT_SCHEMAS, it)('satisfies the official schema, whatever text people paste', () => {
    fc.assert(
      fc.property(emissions, (input) => {
        const check = /[A-Z]/.test(input.companyCnpj) ? alphanumeric : numeric;
        expect(check?.(buildDps(input))).toBeUndefined();
      }),
      { numRuns: sweepSize(500, 200) },
    );
  });

  needing(WITHOUT_SCHEMAS, it)(
    'satisfies the official schema for thousands of sales of every regime, tax and customer',
    () => {
      fc.assert(
        fc.property(acceptableSale, (sale) => {
          const check = /[A-Z]/.test(sale.companyCnpj) ? alphanumeric : numeric;
          expect(check?.(buildDps({ ...bearing, ...sale }))).toBeUndefined();
        }),
        { numRuns: sweepSize(5_000, 400) },
      );
    },
  );

  needing(WITHOUT_FACTS, it).each([
    ['normal', { ...software, iss: active, approximateTaxes: percentages }, 1],
    ['retencoes', { ...cleaning, iss: active, approximateTaxes: { federal: 134_500, municipal: 47_500 } }, 3],
    ['exportacao', exported, 5],
  ] as const)('of the sample dps-%s has the amounts and taxes of the sample', (name, sale, number) => {
    const sample = factFile(`samples/nacional/dps-${name}.xml`);
    const ours = parseXml(buildDps({ ...bearing, ...sale, dps: { series: '1', number } }));
    const theirs = parseXml(sample ?? '');
    for (const path of ['valores', 'prest', 'IBSCBS', 'serv/comExt', 'serv/locPrest', 'toma/NIF', 'toma/end']) {
      const at = (root: typeof ours) => descend(root, 'infDPS', ...path.split('/'));
      expect(content(at(ours)), path).toEqual(content(at(theirs)));
    }
  });

  it('names the note it takes the place of', () => {
    const accessKey = '31062002211222333000181000000000010126110000000176';
    const replaces = { accessKey, reasonCode: '99', reason: 'Correção do valor informado' } as const;
    expect(written('subst', { ...emission, replaces })).toBe(
      `<chSubstda>${accessKey}</chSubstda><cMotivo>99</cMotivo><xMotivo>Correção do valor informado</xMotivo>`,
    );
    const short = { ...replaces, reason: 'Correção 🙂🙂🙂🙂🙂🙂🙂' };
    expect(refused({ ...emission, replaces: short })).toMatchObject([
      { field: '/replaces/reason', problem: 'too-short' },
    ]);
  });

  it('works out the own debits that were left out, and keeps those that were given', () => {
    const pisCofins = { cst: '01', base: 145_000, pisRateBasisPoints: 65, cofinsRateBasisPoints: 300 };
    expect(ownDebits(pisCofins)).toEqual({ pis: 942, cofins: 4_350 });
    const given = { ...emission, federalTaxes: { pisCofins: { ...pisCofins, pis: 943 } } };
    expect(written('vPis', given)).toBe('9.43');
  });

  it('says which contributions are withheld, and sums them in vRetCSLL', () => {
    const federalTaxes = { ...software.federalTaxes, csrfWithheld: 44_175 };
    expect(written('tpRetPisCofins', { ...emission, federalTaxes })).toBe('3');
    expect(written('vRetCSLL', { ...emission, federalTaxes })).toBe('441.75');
    expect(written('vRetIRRF', { ...emission, federalTaxes })).toBeUndefined();
  });

  it('reads back as what was sold', () => {
    fc.assert(
      fc.property(emissions, (input) => {
        const facts = readDps(buildDps(input));
        expect(facts).toMatchObject({
          amount: input.amounts.service,
          issuerDocument: input.companyCnpj,
          serviceCode: input.service.code,
          number: String(input.dps.number),
          issuedAt: input.issuedAt,
        });
        expect(facts.customerDocument).toBe(input.customer?.cnpj ?? input.customer?.cpf);
        expect(facts.unconditionalDiscount).toBe(input.amounts.unconditionalDiscount ?? 0);
      }),
    );
  });

  it('is the same bytes for the same emission', () => {
    expect(buildDps(emission)).toBe(buildDps(structuredClone(emission)));
  });

  it('has no white space between its elements', () => {
    expect(buildDps(emission)).not.toMatch(/>\s+</);
  });

  it('names no provider and no address of its own: the authority has both', () => {
    expect(written('prest', emission)).not.toMatch(/xNome|<end>/);
  });

  it('leaves out a discount of zero', () => {
    const amounts = { ...emission.amounts, unconditionalDiscount: 0, conditionalDiscount: 0 };
    expect(written('vDescCondIncond', { ...emission, amounts })).toBeUndefined();
  });

  it.each([
    ['NONE', 'NOBODY', '2.00'],
    ['NONE', 'CUSTOMER', '2.00'],
    ['MEI', 'NOBODY', undefined],
    ['ME_EPP', 'NOBODY', undefined],
    ['ME_EPP', 'CUSTOMER', '2.00'],
  ] as const)('of %s with ISS withheld by %s states the rate as %s', (simplesNacional, issWithheldBy, rate) => {
    const amounts = { ...emission.amounts, issWithheldBy, issRateBasisPoints: 200 };
    expect(written('pAliq', { ...emission, issuer: { simplesNacional }, amounts })).toBe(rate);
  });

  it.each([
    ['NONE', 'pTotTrib'],
    ['MEI', 'indTotTrib'],
    ['ME_EPP', 'pTotTribSN'],
  ] as const)('of %s states approximate taxes as %s', (simplesNacional, element) => {
    expect(written(element, { ...emission, issuer: { simplesNacional } })).toBeDefined();
  });

  it('writes what word processors paste with plain characters', () => {
    const description = '  “Consultoria” – fase\u00a01…\r\n\r\nÍtem 2\u0007 <R$ 10 & cia> 🙂 ';
    expect(written('xDescServ', { ...emission, service: { ...emission.service, description } })).toBe(
      '"Consultoria" - fase 1...\n\nÍtem 2 &lt;R$ 10 &amp; cia&gt;',
    );
  });

  it('says which field nothing can be written of', () => {
    const service = { ...emission.service, description: '🙂 \u200b' };
    expect(refused({ ...emission, service })).toMatchObject([{ field: '/service/description', problem: 'empty' }]);
  });

  it('says which field is longer than the layout allows', () => {
    const customer = { cpf: '52998224725', name: 'a'.repeat(301) };
    expect(refused({ ...emission, customer })).toEqual([
      { field: '/customer/name', problem: 'too-long', expected: 'um texto de 1 a 300 caracteres' },
    ]);
  });

  it('says that a customer without CNPJ and CPF cannot be named', () => {
    expect(refused({ ...emission, customer: { name: 'Fulano' } })).toEqual([
      { field: '/customer', problem: 'missing' },
    ]);
  });

  it('names every field that the layout refuses, and what it has room for', () => {
    const { customer, service } = emission;
    const address = { ...customer?.address, postalCode: '3013000' } as SaleAddress;
    expect(
      refused({
        ...emission,
        service: { ...service, code: '1.01', reference: 'PED-1' },
        customer: { cpf: '52998224725', cnpj: '12345678000195', name: 'Fulano', address },
      }),
    ).toEqual([
      { field: '/customer/address/postalCode', problem: 'wrong-format', expected: '8 dígitos' },
      { field: '/customer/cpf', problem: 'excluded' },
      { field: '/service/code', problem: 'wrong-format', expected: '6 dígitos' },
      {
        field: '/service/reference',
        problem: 'wrong-format',
        expected: '1 a 20 letras sem acento ou dígitos',
      },
    ]);
  });

  it('has letters in a CNPJ where the revision has them', () => {
    const customer = { cnpj: '12ABC34501DE35', name: 'Tomadora' };
    expect(refused({ ...emission, customer })).toEqual([]);
    expect(refused({ ...emission, customer }, { alphanumericCnpj: false })).toEqual([
      { field: '/customer/cnpj', problem: 'wrong-format', expected: '14 dígitos' },
    ]);
  });

  it('is our defect, and nobody’s request to mend, when the software’s own name does not fit', () =>
    expect(() => buildDps({ ...emission, softwareVersion: 'x'.repeat(21) })).toThrow(
      new DefectiveDocument(['/DPS/infDPS/verAplic too-long']),
    ));
});
