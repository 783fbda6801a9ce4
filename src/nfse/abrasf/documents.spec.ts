import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needing } from '../../../test/needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from '../../../test/official-schemas.ts';
import type { Sale, SaleForeignAddress } from '../sale.ts';
import { acceptableSale, forCityHall } from '../tax/any-sale.fixtures.ts';
import { cleaning, exported, software } from '../tax/sales.fixtures.ts';
import { UnwritableFields } from '../unwritable.ts';
import {
  batchMessage,
  batchQuestion,
  cancellationMessage,
  headerMessage,
  type MessageStyle,
  noteQuestion,
  singleMessage,
} from './messages.ts';
import type { AbrasfLayout } from './operations.ts';
import { readRps } from './read-rps.ts';
import { buildRps, type RpsInput, type RpsStyle, renumberRps } from './rps-document.ts';

/** The published schema of 1.00 has the namespace with one slash. */
const NAMESPACES: Readonly<Record<AbrasfLayout, string>> = {
  '2.04': 'http://www.abrasf.org.br/nfse.xsd',
  '2.03': 'http://www.abrasf.org.br/nfse.xsd',
  '1.00': 'http:/www.abrasf.org.br/nfse.xsd',
};
const requester = { companyCnpj: '11222333000181', municipalRegistration: '1234567' };

function styles(layout: AbrasfLayout): { rps: RpsStyle; messages: MessageStyle } {
  const namespace = NAMESPACES[layout];
  return {
    rps: {
      layout,
      namespace,
      serviceItem: 'nn.nn',
      competence: 'first-of-month',
      lineBreak: '\n',
      descriptionCharacters: 2000,
      places: {
        nbsCode: layout !== '1.00',
        totalTaxes: layout !== '1.00',
        foreignNumber: layout !== '1.00',
        intermediaryPlace: layout !== '1.00',
      },
    },
    messages: {
      layout,
      version: layout,
      messageNamespace: namespace,
      typeNamespace: namespace,
      batchVersion: true,
    },
  };
}

const input = (sale: object): RpsInput =>
  ({
    ...forCityHall(software),
    ...sale,
    dps: { series: '1', number: 1001 },
    issuedAt: '2026-11-10T09:30:00-03:00',
  }) as RpsInput;

const soldInACity = acceptableSale.map(forCityHall);

const LAYOUTS = ['2.04', '2.03', '1.00'] as const;
const checks = Object.fromEntries(
  await Promise.all(LAYOUTS.map(async (layout) => [layout, await officialCheck(`abrasf-${layout}`)])),
);

/** What an RPS says, or the field that the layout has no room for. */
function written(sale: object, layout: AbrasfLayout): string | UnwritableFields {
  try {
    return buildRps(input(sale), styles(layout).rps);
  } catch (error) {
    if (error instanceof UnwritableFields) return error;
    throw error;
  }
}

describe.each(LAYOUTS)('an RPS of layout %s', (layout) => {
  const { rps: style, messages } = styles(layout);

  it('under another number is what is built for that number', () =>
    fc.assert(
      fc.property(soldInACity, fc.integer({ min: 1, max: 999_999_999_999_999 }), (sale, number) => {
        const xml = written(sale, layout);
        fc.pre(typeof xml === 'string');
        const other = { ...input(sale), dps: { series: '1', number } };
        expect(renumberRps(xml as string, number)).toBe(buildRps(other, style));
      }),
    ));

  it('under another number leaves what the client wrote as it is, even where it looks like the number', () => {
    const service = { ...software.service, description: 'Id="decl1n1001" Id="rps1n1001" <Numero>1001</Numero>' };
    const other = { ...input({ service }), dps: { series: '1', number: 7 } };
    expect(renumberRps(buildRps(input({ service }), style), 7)).toBe(buildRps(other, style));
  });

  needing(WITHOUT_SCHEMAS, it)(
    'satisfies the official schema in each message, whatever is sold',

    () => {
      let documents = 0;
      fc.assert(
        fc.property(soldInACity, (sale) => {
          const rps = written(sale, layout);
          if (rps instanceof UnwritableFields) return;
          documents++;
          const batch = batchMessage('RecepcionarLoteRps', rps, 77, requester, messages);
          expect(checks[layout]?.(batch)).toBeUndefined();
          if (layout === '1.00') return;
          expect(checks[layout]?.(singleMessage(rps, messages))).toBeUndefined();
          expect(
            checks[layout]?.(batchMessage('RecepcionarLoteRpsSincrono', rps, 77, requester, messages)),
          ).toBeUndefined();
        }),
        { numRuns: 300 },
      );
      expect(documents).toBeGreaterThan(30);
    },
  );

  needing(WITHOUT_SCHEMAS, it).each([
    ['the note of an RPS', noteQuestion({ series: '1', number: 1001 }, requester, messages)],
    ['a batch', batchQuestion('ConsultarLoteRps', 'PRT-1', requester, messages)],
    [
      'a cancellation',
      cancellationMessage({ ...requester, nfseNumber: '501', municipalityCode: '3106200', reasonCode: '2' }, messages),
    ],
    ['its version', headerMessage(layout, layout, NAMESPACES[layout])],
  ])('has a message about %s by the official schema', (_, xml) => expect(checks[layout]?.(xml)).toBeUndefined());

  it('reads back what it wrote', () =>
    expect(readRps(buildRps(input(forCityHall(cleaning)), style))).toMatchObject({
      series: '1',
      number: '1001',
      companyCnpj: '11222333000181',
      municipalRegistration: '1234567',
      customerDocument: '12345678000195',
      serviceItem: '0710',
      amount: 1_000_000,
    }));

  it('carries the reference, wherever the layout has room for it', () =>
    expect(buildRps(input({}), style)).toContain('Referencia: PED20261110'));
});

describe('an RPS', () => {
  it('tells each withheld contribution of a sum, to the centavo', () => {
    const sale = {
      ...forCityHall(cleaning),
      amounts: { service: 500_000, issWithheldBy: 'CUSTOMER', issRateBasisPoints: 500 },
      federalTaxes: { csrfWithheld: 23_250, irrfWithheld: 7_500 },
    };
    const xml = buildRps(input(sale), styles('2.04').rps);
    for (const part of [
      '<ValorPis>32.50</ValorPis>',
      '<ValorCofins>150.00</ValorCofins>',
      '<ValorCsll>50.00</ValorCsll>',
      '<ValorIr>75.00</ValorIr>',
      '<ValorIss>250.00</ValorIss><Aliquota>5.00</Aliquota>',
      '<IssRetido>1</IssRetido><ResponsavelRetencao>1</ResponsavelRetencao>',
    ])
      expect(xml).toContain(part);
  });

  it('of 1.00 writes the rate as a fraction, the ISS withheld and the net value', () => {
    const sale = {
      amounts: { service: 500_000, issWithheldBy: 'CUSTOMER', issRateBasisPoints: 500 },
      federalTaxes: {},
    };
    const xml = buildRps(input(sale), styles('1.00').rps);
    expect(xml).toContain('<ValorIssRetido>250.00</ValorIssRetido>');
    expect(xml).toContain('<Aliquota>0.0500</Aliquota><ValorLiquidoNfse>4750.00</ValorLiquidoNfse>');
    expect(xml).toContain('<DataEmissao>2026-11-10T09:30:00</DataEmissao>');
  });

  it('has no room for a service beyond the list of LC 116', () => {
    const service = { ...software.service, code: '990101' };
    expect(written({ service }, '2.04')).toMatchObject({
      fields: [{ field: '/service/code', problem: 'unsupported' }],
    });
  });

  it.each([
    ['nn.nn', '01.01'],
    ['n.nn', '1.01'],
    ['nnnn', '0101'],
    ['nnnnnn', '010101'],
  ] as const)('writes the service as %s, and reads its item back', (serviceItem, written) => {
    const rps = buildRps(input({}), { ...styles('2.04').rps, serviceItem });
    expect(rps).toContain(`<ItemListaServico>${written}</ItemListaServico>`);
    expect(readRps(rps).serviceItem).toBe('0101');
  });

  const unwritable = '東京';
  const abroad = { ...exported.customer?.foreignAddress, city: unwritable } as SaleForeignAddress;
  const place = { street: unwritable, number: '1', district: 'Centro', postalCode: '30130000' };
  const event = { name: 'Festival', startDate: '2026-11-01', endDate: '2026-11-02', place };
  it.each<[string, readonly AbrasfLayout[], Partial<Sale>, string]>([
    [
      'the city of an address abroad',
      ['2.04', '2.03'],
      { customer: { ...exported.customer, name: 'Example', foreignAddress: abroad } },
      '/customer/foreignAddress/city',
    ],
    [
      'the street of an intermediary',
      ['2.04', '2.03', '1.00'],
      { intermediary: { cpf: '52998224725', name: 'Pessoa', address: { ...place, municipalityCode: '3106200' } } },
      '/intermediary/address/street',
    ],
    [
      'the place of an event',
      ['2.04', '2.03', '1.00'],
      { service: { ...software.service, event } },
      '/service/event/place/street',
    ],
    [
      'the name of an event',
      ['2.03', '1.00'],
      { service: { ...software.service, event: { ...event, name: unwritable, number: '9', place: undefined } } },
      '/service/event/name',
    ],
  ])(
    'refuses %s of which nothing can be written, although it is only a part of a text',
    (_, layouts, more, pointer) => {
      for (const layout of layouts) {
        expect(written(more, layout)).toMatchObject({ fields: [{ field: pointer, problem: 'unsupported' }] });
      }
    },
  );

  it('breaks lines as the city wants them', () => {
    const service = { ...software.service, description: 'Um\nDois' };
    expect(buildRps(input({ service }), { ...styles('2.04').rps, lineBreak: '|' })).toContain('>Um|Dois<');
  });

  it.each([
    ['ISS withheld without a rate', { amounts: { service: 1000, issWithheldBy: 'CUSTOMER' } }, '/amounts/issRate'],
    ['a replacement', { replaces: { accessKey: 'x', reasonCode: '01' } }, '/replaces'],
    ['a description of nothing', { service: { ...software.service, description: '😀' } }, '/service/description'],
  ])('is not written for %s', (_, sale, field) => expect(written(sale, '2.04')).toMatchObject({ fields: [{ field }] }));

  it('goes into a vendor’s own namespaces', () => {
    const style = {
      ...styles('1.00').messages,
      messageNamespace: 'http://www.ginfes.com.br/servico_{message}_v03.xsd',
      typeNamespace: 'http://www.ginfes.com.br/tipos_v03.xsd',
      batchVersion: false,
    };
    const rps = buildRps(input({}), { ...styles('1.00').rps, namespace: style.typeNamespace });
    expect(batchMessage('RecepcionarLoteRps', rps, 77, requester, style)).toMatch(
      /^<\?xml[^>]*\?><EnviarLoteRpsEnvio xmlns="http:\/\/www\.ginfes\.com\.br\/servico_enviar_lote_rps_envio_v03\.xsd"><LoteRps Id="lote77"><NumeroLote xmlns="http:\/\/www\.ginfes\.com\.br\/tipos_v03\.xsd">77</,
    );
  });
});
