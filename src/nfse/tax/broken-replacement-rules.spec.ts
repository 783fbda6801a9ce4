import { describe, expect, it } from 'vitest';
import type { Sale } from '../sale.ts';
import { brokenReplacementRules } from './broken-replacement-rules.ts';
import { software } from './sales.fixtures.ts';

const { service, amounts, customer } = software;
const regime = (simplesNacional: Sale['issuer']['simplesNacional'], changes: Partial<Sale> = {}): Sale => ({
  ...software,
  ...changes,
  issuer: { simplesNacional },
});
const otherDate = { competenceDate: '2026-01-05' };
const otherCode = { service: { ...service, code: '010701' } };
const otherMunicipalCode = { service: { ...service, municipalCode: '017' } };
const otherPlace = { service: { ...service, municipalityCode: '3550308' } };
const abroad = { service: { ...service, country: 'US' } };
const abroadElsewhere = { service: { ...service, country: 'US', municipalityCode: '3550308' } };
const otherAmount = { amounts: { ...amounts, service: amounts.service + 1 } };
const otherCustomer = { customer: { name: 'Outro Tomador', cpf: '52998224725' } };
const renamedCustomer = { customer: { ...customer, name: 'Outro Nome' } };
const unknownCustomer = { customer: { name: 'Sem Documento', noNif: 'NOT_REQUIRED' as const } };

const brokenBy = (sale: Sale, replaced: Sale) =>
  brokenReplacementRules(sale, replaced).map(({ pointer, code }) => `${pointer} ${code}`);

describe('a replacement', () => {
  it.each([
    ['changes nothing', 'NONE', {}, []],
    ['changes the competence', 'NONE', otherDate, ['/competenceDate replacement-competence']],
    ['changes the service', 'NONE', otherCode, ['/service/code replacement-service']],
    ['changes the municipal code', 'NONE', otherMunicipalCode, ['/service/municipalCode replacement-service']],
    ['changes the municipality of the service', 'NONE', otherPlace, ['/service/municipalityCode replacement-place']],
    ['moves the service abroad', 'NONE', abroad, ['/service/country replacement-place']],
    ['changes the price', 'NONE', otherAmount, []],
    ['changes the customer', 'NONE', otherCustomer, []],
    ['changes the competence', 'ME_EPP', otherDate, ['/competenceDate replacement-competence']],
    ['changes the price', 'ME_EPP', otherAmount, ['/amounts/service replacement-amount']],
    ['changes the price', 'MEI', otherAmount, ['/amounts/service replacement-amount']],
    ['changes the customer', 'ME_EPP', otherCustomer, ['/customer replacement-customer']],
    ['changes the customer', 'MEI', otherCustomer, ['/customer replacement-customer']],
    ['leaves the customer out', 'MEI', { customer: undefined }, ['/customer replacement-customer']],
    ['corrects the name of the customer', 'MEI', renamedCustomer, []],
    ['changes service and place', 'ME_EPP', { ...otherCode, ...abroad }, []],
    [
      'changes all that must stay',
      'NONE',
      { ...otherDate, service: { ...otherPlace.service, code: '010701' } },
      [
        '/competenceDate replacement-competence',
        '/service/code replacement-service',
        '/service/municipalityCode replacement-place',
      ],
    ],
  ] as const)('that %s, by an issuer in regime %s', (_, simplesNacional, changes, broken) =>
    expect(brokenBy(regime(simplesNacional, changes as Partial<Sale>), regime(simplesNacional))).toEqual(broken),
  );

  it.each([
    ['none', { customer: undefined }],
    ['one without a number', unknownCustomer],
  ])('may name a customer where the replaced note had %s', (_, before) =>
    expect(brokenBy(regime('MEI'), regime('MEI', before))).toEqual([]),
  );

  it('abroad has no municipality to keep', () =>
    expect(brokenBy(regime('NONE', abroadElsewhere), regime('NONE', abroad))).toEqual([]));

  it.each([
    ['entered', 'ME_EPP', 'NONE'],
    ['left', 'NONE', 'ME_EPP'],
  ] as const)('by an issuer that %s Simples Nacional must keep the competence alone', (_, now, before) => {
    const changes = { ...otherDate, ...otherCode, ...otherAmount, ...otherCustomer };
    expect(brokenBy(regime(now, changes), regime(before))).toEqual(['/competenceDate replacement-competence']);
  });

  it('is told the competence of the replaced note', () => {
    const [broken] = brokenReplacementRules(regime('NONE', otherDate), regime('NONE'));
    expect(broken).toMatchObject({
      source: 'E0060, E0061',
      howToFix: expect.stringContaining(software.competenceDate),
    });
  });
});
