import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { rateInForce } from './in-force.ts';
import { type ParameterQuestion, parameterPath, parameterService } from './questions.ts';
import { readParameterAnswer } from './read-answer.ts';

const service = parameterService('010701');
const agreement: ParameterQuestion = { kind: 'agreement' };
const rates = { kind: 'rates', service } as const;
const specialRegimes = { kind: 'specialRegimes', service } as const;
const withholdings = { kind: 'withholdings' } as const;
const benefit = { kind: 'benefit', benefit: '31062000200001' } as const;

const answer = (question: ParameterQuestion, status: number, body: unknown) =>
  readParameterAnswer(question, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
const set = (question: ParameterQuestion, body: unknown) => {
  const read = answer(question, 200, body);
  return read.kind === 'set' ? read.value : expect.fail(JSON.stringify(read));
};

describe('the path of a question', () => {
  it('names a service with dots and nine digits', () => {
    expect(service).toBe('01.07.01.000');
    expect(parameterService('010701', '012')).toBe('01.07.01.012');
  });

  it.each([
    [agreement, '/3106200/convenio'],
    [rates, '/3106200/01.07.01.000/historicoaliquotas'],
    [specialRegimes, '/3106200/01.07.01.000/2026-12-01/regimes_especiais'],
    [withholdings, '/3106200/2026-12-01/retencoes'],
    [benefit, '/3106200/31062000200001/2026-12-01/beneficio'],
  ] as const)('%o', (question, path) => expect(parameterPath('3106200', question, '2026-12-01')).toBe(path));
});

const open = { from: '2026-01-01' };

describe('an answer in the form of the recorded ones', () => {
  const sample = (name: string) => factFile(`2026/samples/param-${name}.json`) ?? '';

  needing(WITHOUT_FACTS, it).each<[string, ParameterQuestion, number, object]>([
    [
      'convenio-200-emissor-nacional',
      agreement,
      200,
      {
        kind: 'set',
        value: {
          nationalEnvironment: true,
          nationalIssuers: true,
          enabledByDefault: true,
          nationalCollection: false,
          creditsAllowed: true,
        },
      },
    ],
    [
      'convenio-200-so-compartilha',
      agreement,
      200,
      {
        kind: 'set',
        value: {
          nationalEnvironment: true,
          nationalIssuers: false,
          enabledByDefault: false,
          nationalCollection: false,
          creditsAllowed: true,
        },
      },
    ],
    [
      'convenio-404-inativo',
      agreement,
      404,
      { kind: 'not-set', message: '[o convenio do municipio <Cidade/UF> ainda nao esta ativo]' },
    ],
    ['aliquota-200', rates, 200, { kind: 'set', value: [{ percent: '2.50', ...open, taxed: true }] }],
    [
      'historico-200-fora-de-ordem',
      rates,
      200,
      {
        kind: 'set',
        value: [
          { percent: '2.50', ...open, taxed: true },
          { percent: '5.00', from: '2023-01-01', to: '2025-12-31', taxed: true },
        ],
      },
    ],
    ['aliquota-404', rates, 404, { kind: 'not-set', message: '[nao encontrada]' }],
    [
      'aliquota-400-codigo-sem-pontos',
      rates,
      400,
      { kind: 'refused', message: '[chamada mal formada: codigo do servico com nove digitos]' },
    ],
    [
      'aliquota-400-aspnet',
      rates,
      400,
      { kind: 'refused', message: "competencia: The value '15-09-2026' is not valid." },
    ],
    [
      'regimes-404',
      specialRegimes,
      404,
      { kind: 'not-set', message: '[parametros de regimes especiais nao encontrados]' },
    ],
    [
      'retencoes-200-listas-nulas',
      withholdings,
      200,
      { kind: 'set', value: { article6: { enabled: false, periods: [] }, municipal: [] } },
    ],
    [
      'retencoes-200',
      withholdings,
      200,
      {
        kind: 'set',
        value: {
          article6: { enabled: true, periods: [{ from: '2024-01-01' }] },
          municipal: [
            {
              description: '[regra local]',
              ...open,
              kinds: [2, 3],
              services: [{ service: '10.01.01.000', periods: [open] }],
            },
          ],
        },
      },
    ],
    [
      'beneficio-200',
      benefit,
      200,
      {
        kind: 'set',
        value: {
          benefit: '31062000200001',
          description: '[reducao da base]',
          ...open,
          kind: 2,
          reductionKind: 1,
          reductionPercent: '30.00',
          onlyInMunicipality: true,
          services: [{ service, ...open }],
          onlyForSome: false,
        },
      },
    ],
  ])('%s', (name, question, status, expected) => expect(answer(question, status, sample(name))).toEqual(expected));
});

describe('an agreement', () => {
  const flags = { aderenteEmissorNacional: 1, situacaoEmissaoPadraoContribuintesRFB: 0 };

  it('is read in any casing, and with the name that the API misspells spelt right', () => {
    const pascal = { ParametrosConvenio: { AderenteEmissorNacional: 1, PermiteAproveitamentoDeCreditos: false } };
    expect(set(agreement, pascal)).toEqual({ nationalIssuers: true, creditsAllowed: false });
  });

  it.each([[-1], [null], ['talvez'], [2]])('has no flag where the answer says %j', (said) =>
    expect(set(agreement, { parametrosConvenio: { ...flags, aderenteEmissorNacional: said } })).toEqual({
      enabledByDefault: false,
    }),
  );

  it('is read behind a byte order mark', () =>
    expect(set(agreement, `\uFEFF${JSON.stringify({ parametrosConvenio: flags })}`)).toEqual({
      nationalIssuers: true,
      enabledByDefault: false,
    }));
});

describe('a 404 with a body of the API', () => {
  it.each([
    ['is known by the parameters, which are null', { ParametrosConvenio: null }, ''],
    ['is known by its message', { mensagem: 'inativo' }, 'inativo'],
  ])('%s', (_, body, message) => expect(answer(agreement, 404, body)).toEqual({ kind: 'not-set', message }));
});

describe('what is no answer of the API', () => {
  const noAnswer = expect.objectContaining({ kind: 'no-answer' });

  it.each<[string, number, unknown]>([
    ['a 404 page: the address is wrong, or a gateway answers', 404, '<html><h1>404 Not Found</h1></html>'],
    ['a 404 without a body', 404, ''],
    ['a 404 of the framework, for a path that it does not know', 404, { title: 'Not Found', status: 404 }],
    ['a 400 page', 400, '<html></html>'],
    ['a 401 of the TLS front', 401, { mensagem: 'certificado' }],
    ['a 500 in JSON', 500, { parametrosConvenio: null, mensagem: 'erro' }],
    ['a 501, as the old address answers', 501, 'Not Implemented'],
    ['a 200 with null for the parameters', 200, { parametrosConvenio: null, mensagem: 'x' }],
    ['a 200 with a list for the parameters', 200, { parametrosConvenio: [] }],
    ['a 200 with a number for the parameters', 200, { parametrosConvenio: 1 }],
    ['a 200 page', 200, '<html></html>'],
    ['a 200 that is cut off', 200, '{"parametrosConvenio": {"aderente'],
    ['a redirect', 302, ''],
  ])('%s', (_, status, body) => expect(answer(agreement, status, body)).toEqual(noAnswer));
});

describe('the rates of a service', () => {
  const of = (...periods: unknown[]) => set(rates, { aliquotas: { [service]: periods } });

  it('are read in both casings, from numbers and from texts, as the digits that stand there', () =>
    expect(
      set(
        rates,
        `{"aliquotas":{"${service}":[{"Aliq":2.01234500,"DtIni":"2026-01-01T00:00:00","DtFim":null},{"aliq":"5","dtIni":"2025-01-01","dtFim":"2025-12-31"}]}}`,
      ),
    ).toEqual([
      { percent: '2.012345', ...open },
      { percent: '5.00', from: '2025-01-01', to: '2025-12-31' },
    ]));

  it('are none where the municipality answers for another service, or with null', () => {
    expect(set(rates, { aliquotas: { '01.07.01.001': [{ Aliq: 2, DtIni: '2026-01-01' }] } })).toEqual([]);
    expect(set(rates, { aliquotas: { [service]: null } })).toEqual([]);
  });

  it('leave out a period that cannot be placed, and a rate that is no percentage', () =>
    expect(
      of(
        { Aliq: 2, DtIni: null },
        { Aliq: 2, DtIni: '01/01/2026' },
        { Aliq: 2, DtIni: '2026-13-01' },
        { Aliq: 2, DtIni: '2026-01-01', DtFim: 'em breve' },
        { Aliq: '2,5', DtIni: '2026-01-01' },
        { Aliq: null, DtIni: '2026-01-01' },
        { Aliq: -1, DtIni: '2026-01-01' },
        null,
        7,
      ),
    ).toEqual([]));

  it('say whether the ISS falls on the service', () =>
    expect(
      of({ Aliq: 2, DtIni: '2026-01-01', Incidencia: 'NAO' }, { Aliq: 2, DtIni: '2025-01-01', Incidencia: 'Não' }),
    ).toEqual([
      { percent: '2.00', from: '2026-01-01', taxed: false },
      { percent: '2.00', from: '2025-01-01', taxed: false },
    ]));
});

describe('the rate on a date', () => {
  const old = { percent: '5.00', from: '2023-01-01', to: '2025-12-31' };
  const now = { percent: '2.50', ...open };

  it.each([
    ['2022-12-31', undefined],
    ['2023-01-01', old],
    ['2025-12-31', old],
    ['2026-01-01', now],
    ['2030-01-01', now],
  ])('on %s', (date, rate) => expect(rateInForce([old, now], date)).toBe(rate));

  it('is the one that began last where periods overlap, in whatever order they stand', () => {
    const newer = { percent: '3.00', from: '2026-06-01' };
    expect(rateInForce([newer, now], '2026-07-01')).toBe(newer);
    expect(rateInForce([now, newer], '2026-07-01')).toBe(newer);
  });
});

describe('special regimes', () => {
  const listed = [
    { situacao: 1, dataInicio: '2026-01-01T00:00:00', dataFim: null, observacoes: 'com autorização' },
    { situacao: 3, dataInicio: '2025-01-01T00:00:00', dataFim: '2025-12-31T00:00:00' },
    { situacao: 9, dataInicio: '2024-01-01T00:00:00' },
  ];
  const expected = [
    { regime: '5', status: 'ALLOWED', ...open, notes: 'com autorização' },
    { regime: '5', status: 'MANDATORY', from: '2025-01-01', to: '2025-12-31' },
  ];

  it.each([
    ['the service outside', { [service]: { 5: listed } }],
    ['the service inside', { 5: { [service]: listed } }],
  ])('are read with %s, and without a status that the API does not define', (_, regimesEspeciais) =>
    expect(set(specialRegimes, { regimesEspeciais })).toEqual(expected),
  );

  it('are none where the lists are null', () =>
    expect(set(specialRegimes, { regimesEspeciais: { [service]: null, other: { 5: null } } })).toEqual([]));
});

describe('a benefit', () => {
  it('does not keep for which companies it is', () => {
    const beneficio = {
      codigoBeneficio: '31062000200001',
      dataInicioVigencia: '2026-01-01T00:00:00',
      contribuintes: [{ inscricao: '11222333000181' }],
    };
    const value = set(benefit, { beneficio });
    expect(value).toEqual({
      benefit: '31062000200001',
      description: '',
      ...open,
      services: [],
      onlyForSome: true,
    });
    expect(JSON.stringify(value)).not.toContain('11222333000181');
  });
});
