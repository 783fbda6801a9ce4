import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessKey, at, companyCnpj, emitted, existing, invoiceId } from '../../test/invoices.ts';
import { type Emission, EmissionSchema } from '../events/emission.ts';
import { evolve, initialState } from '../events/invoice.ts';
import { acceptableSale } from '../nfse/tax/any-sale.fixtures.ts';
import { cleaning, exported } from '../nfse/tax/sales.fixtures.ts';
import { correctionsToJson, emissionToJson } from './emission-json.ts';
import { type Circumstances, correctedEmission, EmitBody, emissionOf, personAsIssuer } from './emission-request.ts';
import { Problem } from './problem.ts';
import { parse } from './request-fields.ts';

const circumstances = { today: '2033-12-31' };
const emission = EmissionSchema.parse(cleaning);

/** What is wrong with a correction of the emission, by pointer and code. */
function refusal(patch: object, of: Emission = emission, more: Partial<Circumstances> = {}): readonly string[] {
  try {
    correctedEmission(of, patch, { ...circumstances, ...more });
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.facts.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('an emission', () => {
  it('is read back as what may be sent again, whatever it is', () =>
    fc.assert(
      fc.property(acceptableSale, (sale) => {
        const first = correctedEmission(EmissionSchema.parse(sale), {}, circumstances);
        const again = correctedEmission(first, {}, circumstances);
        expect(again).toEqual(first);
        expect(emissionToJson(again)).toEqual(emissionToJson(first));
        expect(JSON.stringify(emissionToJson(first))).not.toContain('BasisPoints');
      }),
      { numRuns: 300 },
    ));

  it('shows money and rates as decimal strings, under the names of a request', () => {
    expect(emissionToJson(emission)).toMatchObject({
      amounts: { service: '10000.00', unconditionalDiscount: '500.00', issWithheldBy: 'CUSTOMER', issRate: '5.00' },
      federalTaxes: {
        pisCofins: { base: '9500.00', pisRate: '1.65' },
        inssWithheld: '1045.00',
        csrfWithheld: '441.75',
      },
    });
    expect(correctionsToJson({ iss: null, amounts: { service: 1, issWithheldBy: 'NOBODY' } })).toEqual({
      iss: null,
      amounts: { service: '0.01', issWithheldBy: 'NOBODY' },
    });
  });

  it('keeps no municipality of a service that was rendered abroad', () => {
    expect(emissionToJson(EmissionSchema.parse(exported))).toMatchObject({ service: { country: 'US' } });
    expect(emissionToJson(EmissionSchema.parse(exported))).not.toHaveProperty('service.municipalityCode');
  });

  it('takes amounts of zero for none where the layout has no zero', () => {
    const federalTaxes = { inssWithheld: '0.00', irrfWithheld: '95.00' };
    const changed = correctedEmission(
      emission,
      { federalTaxes: null, amounts: { conditionalDiscount: '0.00' } },
      circumstances,
    );
    expect(changed).not.toHaveProperty('federalTaxes');
    expect(changed.amounts).not.toHaveProperty('conditionalDiscount');
    expect(correctedEmission(emission, { federalTaxes }, circumstances).federalTaxes).not.toHaveProperty(
      'inssWithheld',
    );
  });

  it('has the day of the municipality as its competence, where it names none', () => {
    const { competenceDate: _, ...content } = emissionToJson(emission) as Record<string, unknown>;
    const place = { companyCnpj: '11222333000181', municipalityCode: '3106200' };
    const body = parse(EmitBody, { ...place, ...content });
    const read = emissionOf(body, { ...place, companyCnpj: body.companyCnpj as never, today: '2026-11-10' });
    expect(read.competenceDate).toBe('2026-11-10');
  });
});

describe('an emission is refused', () => {
  it.each([
    [
      'by a fiscal rule, below its pointer',
      { service: { code: '010102' } },
      '/corrections/service/code unknown-service',
    ],
    [
      'by the form of a part',
      { ibsCbs: { operationCode: '999999' } },
      '/corrections/ibsCbs/operationCode operation-code',
    ],
    [
      'for two forms of one thing',
      { approximateTaxes: { federal: '1.00', simplesRate: '6.00' } },
      '/corrections/approximateTaxes one-form',
    ],
    ['for two places', { service: { country: 'US' } }, '/corrections/service one-place'],
    ['for Brazil abroad', { iss: { resultCountry: 'BR' } }, '/corrections/iss/resultCountry country'],
    [
      'for a key that is none',
      { replaces: { accessKey: '3', reasonCode: '01' } },
      '/corrections/replaces/accessKey access-key',
    ],
    [
      'for a municipality that is none',
      { customer: { address: { municipalityCode: '3106201' } } },
      '/corrections/customer/address/municipalityCode municipality',
    ],
  ])('%s', (_, patch, expected) => expect(refusal(patch)).toContain(expected));
});

describe('a replacement of a note that was issued here', () => {
  const replaced = existing(evolve(initialState(invoiceId), { ...emitted, at }));
  const replaces = { accessKey, invoiceId, reasonCode: '05' as const };
  const replacing: Emission = { ...EmissionSchema.parse(emitted.data), replaces };
  const otherDate = { competenceDate: '2026-11-09' };
  const brokenDate = ['/corrections/competenceDate replacement-competence'];

  it('has the competence date of that note where it gives none', () => {
    const { municipalityCode } = emitted.data;
    const { competenceDate: _, ...parts } = emissionToJson(replacing) as { competenceDate: string };
    const body = parse(EmitBody, { companyCnpj, municipalityCode, ...parts });
    const { competenceDate } = emissionOf(body, { ...circumstances, companyCnpj, municipalityCode, replaced });
    expect(competenceDate).toBe(emitted.data.competenceDate);
  });

  it('is refused where corrections change what must stay', () =>
    expect(refusal(otherDate, replacing, { replaced })).toEqual(brokenDate));

  it.each<[string, object, Partial<Circumstances>]>([
    ['replace nothing any more', { replaces: null }, { replaced }],
    ['name another note by its key', { replaces: { accessKey } }, { replaced }],
    ['send it to a city hall', { replaces }, { replaced, rulesOf: () => 'city' }],
  ])('may change that where corrections %s', (_, patch, circumstances) =>
    expect(refusal({ ...otherDate, ...patch }, replacing, circumstances)).toEqual([]),
  );
});

describe('a person as issuer', () => {
  const companyCnpj = '11222333000181';
  it.each<[string, object, string | undefined]>([
    ['by a CPF', { companyCpf: '52998224725' }, '/companyCpf'],
    ['by a CPF beside a CNPJ', { companyCnpj, companyCpf: '52998224725' }, '/companyCpf'],
    ['by a CPF for a CNPJ', { companyCnpj: '52998224725' }, '/companyCnpj'],
    ['not by a CNPJ', { companyCnpj }, undefined],
    ['not by a blank CPF', { companyCnpj, companyCpf: ' ' }, undefined],
    ['not by eleven digits that are no CPF', { companyCnpj: '11222333000' }, undefined],
  ])('is named %s', (_, request, pointer) => expect(personAsIssuer({ ...request })).toBe(pointer));
});

describe('the currency of a foreign trade', () => {
  const foreignTrade = {
    deliveryMode: '1',
    relationship: '0',
    amountInCurrency: '200.00',
    providerSupport: '01',
    customerSupport: '01',
    goodsMovement: '1',
  };
  it.each([['USD'], ['usd'], ['US$'], ['0220'], ['']])(
    'that is %j is refused as no code of the Central Bank',
    (currency) =>
      expect(refusal({ service: { foreignTrade: { ...foreignTrade, currency } } })).toEqual([
        '/corrections/service/foreignTrade/currency currency-code',
      ]),
  );
});
