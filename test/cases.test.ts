import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from './facts.ts';
import { needing } from './needs.ts';
import { type Answer, apiAs } from './stack/api.ts';

/** Requests after public reports of people who issue notes; docs/cases.md says what becomes of each. */
const client = await apiAs('client');
const auditor = await apiAs('auditor');

type Json = Record<string, unknown>;
const caseOf = (file: string): Json => JSON.parse(factFile(`cases/emissions/${file}.json`) ?? '{}') as Json;

/** The document that an accepted emission declares. */
async function declared(answer: Answer): Promise<string> {
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  const { events } = (await auditor.get(`/invoices/${answer.body.invoiceId}/events`)).body;
  const { body } = await auditor.get(events[0].documents[0].href);
  return (await fetch(body.url)).text();
}

const emit = (file: string, change: (request: Json) => Json = (request) => request) =>
  client.post('/invoices', change(caseOf(file)));

const refusals = ({ status, body }: Answer) => ({ status, errors: body.errors });

/** The case with the work's ART, which it lacks. */
const withArt = (request: Json): Json => {
  const service = request.service as Json;
  return { ...request, service: { ...service, work: { ...(service.work as Json), art: 'BR20261234567' } } };
};

describe('an emission as people send it', () => {
  const cases = needing(WITHOUT_FACTS, it);

  cases('taxable, for a customer abroad, is asked for its foreign-trade group', async () =>
    expect(refusals(await emit('B01-foreign-customer-service-in-brazil-taxable'))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/service/foreignTrade', code: 'foreign-trade-abroad' }],
    }),
  );

  cases('with blanks around and instead of texts has the texts alone, and S/N for the number', async () => {
    const dps = await declared(await emit('B04-blanks-around-texts'));
    expect(dps).toContain('<xDescServ>Suporte mensal</xDescServ>');
    expect(dps).toContain('<xNome>Tomadora Exemplo Ltda</xNome>');
    expect(dps).toContain('<xLgr>Avenida Afonso Pena</xLgr><nro>S/N</nro><xBairro>Centro</xBairro>');
  });

  cases('has the municipal registration as the city wrote it, hyphen and all', async () =>
    expect(await declared(await emit('B10-municipal-registration-with-hyphen'))).toContain(
      '<InscricaoMunicipal>40325-3</InscricaoMunicipal>',
    ),
  );

  cases('of a construction work is asked for the ART that a 2.03 city wants', async () =>
    expect(refusals(await emit('B11-construction-work-abrasf-2.03'))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/service/work/art', code: 'unwritable-missing' }],
    }),
  );

  cases('of a construction work with its ART declares the work in a 2.03 city', async () =>
    expect(await declared(await emit('B11-construction-work-abrasf-2.03', withArt))).toContain(
      '<ConstrucaoCivil><CodigoObra>900123456789</CodigoObra><Art>BR20261234567</Art></ConstrucaoCivil>',
    ),
  );

  cases('for a customer abroad has number and address in a 2.04 city', async () => {
    const rps = await declared(await emit('B12-foreign-customer-abrasf-2.04'));
    expect(rps).toContain('<NifTomador>GB123456789</NifTomador>');
    expect(rps).toContain(
      '<EnderecoExterior><CodigoPais>6289</CodigoPais><EnderecoCompletoExterior>Example Row, 12, Marylebone, London, Greater London, W1U 6AB</EnderecoCompletoExterior></EnderecoExterior>',
    );
    expect(rps).toContain('<CodigoPais>6289</CodigoPais><ExigibilidadeISS>4</ExigibilidadeISS>');
  });

  cases('with IBS and CBS has them where the city’s vendor has a place, and the NBS code', async () => {
    const rps = await declared(await emit('B13-ibs-cbs-in-abrasf-city'));
    expect(rps).toContain('<CodigoNbs>115022000</CodigoNbs>');
    expect(rps).toMatch(
      /<IBSCBS>.*<cIndOp>100301<\/cIndOp>.*<CST>000<\/CST><cClassTrib>000001<\/cClassTrib>.*<\/IBSCBS>/,
    );
  });

  cases('with IBS and CBS is refused where the city’s vendor has no place', async () =>
    expect(
      refusals(await emit('B13-ibs-cbs-in-abrasf-city', (request) => ({ ...request, municipalityCode: '3118601' }))),
    ).toMatchObject({ status: 422, errors: [{ pointer: '/ibsCbs', code: 'unwritable-unsupported' }] }),
  );

  cases('has six digits for its service where the city wants the national code', async () =>
    expect(await declared(await emit('B14-emit'))).toContain('<ItemListaServico>010701</ItemListaServico>'),
  );

  cases('for a customer abroad whose number is not told is accepted, with a warning', async () => {
    const answer = await emit('B20-no-nif-not-informed');
    expect(await declared(answer)).toContain('<cNaoNIF>0</cNaoNIF>');
    expect(answer.body.warnings).toContainEqual({
      pointer: '/customer/noNif',
      code: 'foreign-number-not-informed',
      message: expect.stringContaining('NIF'),
    });
  });

  cases('of a person as issuer is refused with a sentence that says who may issue here', async () =>
    expect(refusals(await emit('B22-issuer-is-a-person'))).toMatchObject({
      status: 422,
      errors: [
        {
          pointer: '/companyCpf',
          code: 'issuer-person',
          message: expect.stringContaining('CNPJ'),
          howToFix: expect.stringContaining('pessoa física'),
        },
      ],
    }),
  );

  cases('that is exempt says so in a city that speaks ABRASF', async () => {
    const rps = await declared(await emit('B23-exempt-in-abrasf-city'));
    expect(rps).toContain('<ExigibilidadeISS>3</ExigibilidadeISS>');
    expect(rps).not.toMatch(/<ValorIss>|<Aliquota>/);
  });

  cases('that is exempt is told of the benefit where a city’s front has the national layout', async () =>
    expect(
      refusals(await emit('B23-exempt-in-abrasf-city', (request) => ({ ...request, municipalityCode: '3501608' }))),
    ).toMatchObject({ status: 422, errors: [{ pointer: '/iss/taxation', code: 'exemption-is-a-benefit' }] }),
  );

  cases('whose ISS is due to another municipality is asked for that rate', async () =>
    expect(refusals(await emit('B27-abrasf-iss-due-elsewhere-without-rate'))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/amounts/issRate', code: 'rate-elsewhere' }],
    }),
  );

  cases('with a currency by its ISO number is told the Central Bank’s', async () =>
    expect(refusals(await emit('B33-currency-by-iso-number'))).toMatchObject({
      status: 422,
      errors: [
        { pointer: '/service/foreignTrade/currency', code: 'currency', howToFix: expect.stringContaining('"220"') },
      ],
    }),
  );
});
