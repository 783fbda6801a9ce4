import { isInForce } from '../../../src/nfse/municipal-parameters/in-force.ts';
import { parseMunicipalityCode } from '../../../src/nfse/municipality.ts';
import { serviceCode } from '../../../src/nfse/service-codes.ts';
import type { Reply } from '../national/replies.ts';
import { pageNotFound, serviceUnavailable } from '../national/replies.ts';
import type { Manner } from './municipalities.ts';

const SERVICE = /^(\d{2})\.(\d{2})\.(\d{2})\.(\d{3})$/;
const BENEFIT = /^\d{14}$/;
/** The service whose rate was lowered in 2026, and for which a regime is set. */
const LOWERED = '01.07.01.000';

/**
 * What the API answers to a GET.
 *
 * @param path below its base, beginning with `/`
 */
export function parameterReply(path: string, mannerOf: (municipalityCode: string) => Manner): Reply {
  const [, municipalityCode = '', ...rest] = path.split('/');
  const question = questionIn(rest);
  if (!/^\d{7}$/.test(municipalityCode) || !question) return pageNotFound;
  const manner = mannerOf(municipalityCode);
  if (manner === 'page') return pageNotFound;
  if (manner === 'down') return serviceUnavailable;
  const reply = answer(municipalityCode, question, manner);
  return manner === 'pascal-case' && reply.kind === 'json' ? { ...reply, body: inPascalCase(reply.body) } : reply;
}

type Question =
  | { readonly kind: 'agreement' }
  | { readonly kind: 'rate' | 'regimes'; readonly service: string; readonly date: string }
  | { readonly kind: 'rates'; readonly service: string }
  | { readonly kind: 'withholdings'; readonly date: string }
  | { readonly kind: 'benefit'; readonly benefit: string; readonly date: string };

function questionIn(rest: readonly string[]): Question | undefined {
  const [first = '', second = '', third] = rest;
  switch (rest.at(-1)) {
    case 'convenio':
      return rest.length === 1 ? { kind: 'agreement' } : undefined;
    case 'historicoaliquotas':
      return rest.length === 2 ? { kind: 'rates', service: first } : undefined;
    case 'retencoes':
      return rest.length === 2 ? { kind: 'withholdings', date: first } : undefined;
    case 'aliquota':
      return third ? { kind: 'rate', service: first, date: second } : undefined;
    case 'regimes_especiais':
      return third ? { kind: 'regimes', service: first, date: second } : undefined;
    case 'beneficio':
      return third ? { kind: 'benefit', benefit: first, date: second } : undefined;
    default:
      return undefined;
  }
}

const PAYLOADS = {
  agreement: 'parametrosConvenio',
  rate: 'aliquotas',
  rates: 'aliquotas',
  regimes: 'regimesEspeciais',
  withholdings: 'retencoes',
  benefit: 'beneficio',
} as const;

function answer(municipalityCode: string, question: Question, manner: Manner): Reply {
  const payload = PAYLOADS[question.kind];
  const reply = (status: number, value: unknown, mensagem: string): Reply => ({
    kind: 'json',
    status,
    body: { [payload]: value, mensagem },
  });
  const date = 'date' in question ? dateIn(question.date) : undefined;
  if ('date' in question && date === undefined) return unreadable('competencia', question.date);
  if ('service' in question && !SERVICE.test(question.service)) {
    return reply(400, null, 'Chamada mal formada: o código do serviço deve ter nove dígitos, no formato 00.00.00.000.');
  }
  if (manner === 'inactive' || !parseMunicipalityCode(municipalityCode)) {
    return reply(404, null, 'O convênio do município ainda não está ativo.');
  }
  switch (question.kind) {
    case 'agreement':
      return reply(200, agreement(manner), 'Parâmetros do convênio recuperados com sucesso.');
    case 'rate':
    case 'rates': {
      const all = ratesOf(question.service);
      const rates = date === undefined ? all : all.filter((rate) => isInForce(periodOf(rate), date));
      return rates.length === 0
        ? reply(404, null, 'Alíquota não encontrada.')
        : reply(200, { [question.service]: rates }, 'Alíquotas recuperadas com sucesso.');
    }
    case 'regimes':
      return question.service === LOWERED
        ? reply(
            200,
            { [LOWERED]: { 6: [{ situacao: 1, dataInicio: START_2026, dataFim: null }] } },
            'Regimes recuperados.',
          )
        : reply(404, null, 'Parâmetros de regimes especiais não encontrados.');
    case 'withholdings':
      return reply(200, withholdings(manner), 'Retenções recuperadas com sucesso.');
    case 'benefit':
      return BENEFIT.test(question.benefit) && question.benefit.startsWith(municipalityCode)
        ? reply(200, benefit(question.benefit), 'Benefício recuperado com sucesso.')
        : reply(404, null, 'Benefício não encontrado.');
  }
}

const START_2026 = '2026-01-01T00:00:00';

function agreement(manner: Manner): object {
  const issuers = manner === 'shares-only' ? 0 : 1;
  return {
    aderenteAmbienteNacional: 1,
    aderenteEmissorNacional: issuers,
    situacaoEmissaoPadraoContribuintesRFB: manner === 'one-by-one' ? 0 : issuers,
    aderenteMAN: 0,
    permiteAproveitametoDeCreditos: true,
  };
}

interface RateEntry {
  readonly Incidencia: string;
  readonly Aliq: number;
  readonly DtIni: string;
  readonly DtFim: string | null;
}

/** Of every service of the list, without a complement of the municipality's. The newest first, which the API does not promise. */
function ratesOf(service: string): readonly RateEntry[] {
  const [, item = '', subitem = '', split = '', complement] = SERVICE.exec(service) ?? [];
  if (complement !== '000' || !serviceCode(item + subitem + split)) return [];
  return [
    { Incidencia: 'SIM', Aliq: service === LOWERED ? 2.5 : 5, DtIni: START_2026, DtFim: null },
    { Incidencia: 'SIM', Aliq: 5, DtIni: '2023-01-01T00:00:00', DtFim: '2025-12-31T00:00:00' },
  ];
}

const periodOf = ({ DtIni, DtFim }: RateEntry) => ({
  from: DtIni.slice(0, 10),
  ...(DtFim !== null && { to: DtFim.slice(0, 10) }),
});

function withholdings(manner: Manner): object {
  // Where nothing is set, the lists are null.
  if (manner !== 'shares-only') {
    return { artigoSexto: { habilitado: false, historico: null }, retencoesMunicipais: null };
  }
  const validity = { dataInicioVigencia: START_2026, dataFimVigencia: null };
  return {
    artigoSexto: {
      habilitado: true,
      historico: [{ dataInicioVigencia: '2024-01-01T00:00:00', dataFimVigencia: null }],
    },
    retencoesMunicipais: [
      {
        descricao: 'Retenção por lei municipal',
        ...validity,
        tiposRetencao: [2, 3],
        servicos: [{ codigoCompleto: '10.01.01.000', historico: [validity] }],
      },
    ],
  };
}

function benefit(codigoBeneficio: string): object {
  const validity = { dataInicioVigencia: START_2026, dataFimVigencia: null };
  return {
    codigoBeneficio,
    descricao: 'Redução da base de cálculo',
    ...validity,
    tipoBeneficio: 2,
    tipoReducaoBC: 1,
    reducaoPercentualBC: 30.0,
    aliquotaDiferenciada: null,
    restritoAoMunicipio: true,
    servicos: [{ codigoServico: LOWERED, ...validity }],
    contribuintes: null,
  };
}

/** Dates in the order of the United States are read, too, without a word: the real server's framework does so. */
function dateIn(text: string): string | undefined {
  const [, month, day, year] = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text) ?? [];
  const iso = year === undefined ? text : `${year}-${month}-${day}`;
  return /^\d{4}-\d{2}-\d{2}$/.test(iso) && !Number.isNaN(Date.parse(iso)) ? iso : undefined;
}

/** The framework's own answer to a value that it cannot read. */
function unreadable(name: string, value: string): Reply {
  return {
    kind: 'json',
    status: 400,
    body: {
      type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
      title: 'One or more validation errors occurred.',
      status: 400,
      errors: { [name]: [`The value '${value}' is not valid.`] },
      traceId: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-00',
    },
  };
}

function inPascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inPascalCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toUpperCase() + name.slice(1), inPascalCase(member)]),
  );
}
