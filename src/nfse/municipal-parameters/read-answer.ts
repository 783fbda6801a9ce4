import type { ParameterKind, ParameterQuestion } from './questions.ts';
import type {
  Agreement,
  Benefit,
  MunicipalWithholding,
  ParameterValues,
  Period,
  Rate,
  SpecialRegime,
  Withholdings,
} from './values.ts';

/** What an HTTP answer says of a question. */
export type ParameterAnswer<Kind extends ParameterKind = ParameterKind> =
  | { readonly kind: 'set'; readonly value: ParameterValues[Kind] }
  /** The municipality has set nothing; of the agreement, that it is not active. `message` is the API's own. */
  | { readonly kind: 'not-set'; readonly message: string }
  /** The question was malformed: asking again is of no use. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Nobody answered for the API: a gateway's page, another server, an answer that cannot be read. */
  | { readonly kind: 'no-answer'; readonly reason: string };

const PAYLOADS: Readonly<Record<ParameterKind, string>> = {
  agreement: 'parametrosConvenio',
  rates: 'aliquotas',
  specialRegimes: 'regimesEspeciais',
  withholdings: 'retencoes',
  benefit: 'beneficio',
};

const MAX_MESSAGE_CHARACTERS = 300;

/**
 * Reads an answer of the API. Its names are compared without case, since rates come as `Aliq` and all else as `aliq`; its lists may be null;
 * its percentages are read as the digits that stand there.
 *
 * A 404 with a body of the API is an answer: the municipality has set nothing. A 404 of anything else says nothing about it.
 *
 * @source Swagger of the API (ADN, parametrização) and answers recorded from 2026-09-30 to 2026-10-09
 */
export function readParameterAnswer<Question extends ParameterQuestion>(
  question: Question,
  { status, body }: { readonly status: number; readonly body: string },
): ParameterAnswer<Question['kind']> {
  const json = parseJson(body);
  const field = members(json);
  const name = PAYLOADS[question.kind];
  const payload = field?.(name);
  const message = text(field?.('mensagem'))?.slice(0, MAX_MESSAGE_CHARACTERS);
  if (status === 200) {
    const value = payload === undefined ? undefined : READERS[question.kind](payload, question);
    // The compiler does not follow the kind through the table of readers.
    if (value !== undefined) return { kind: 'set', value } as ParameterAnswer<Question['kind']>;
    return { kind: 'no-answer', reason: `an answer of 200 without ${name}` };
  }
  if (status === 404 && (message !== undefined || names(json, name)))
    return { kind: 'not-set', message: message ?? '' };
  if (status === 400 && field) return { kind: 'refused', message: message ?? problemIn(field) };
  return { kind: 'no-answer', reason: `an answer of ${status}${field ? '' : ' that is not JSON'}` };
}

type Reader = (payload: unknown, question: ParameterQuestion) => ParameterValues[ParameterKind] | undefined;

const READERS: Readonly<Record<ParameterKind, Reader>> = {
  agreement: agreementIn,
  rates: (payload, question) => ratesIn(payload, question.kind === 'rates' ? question.service : ''),
  specialRegimes: specialRegimesIn,
  withholdings: withholdingsIn,
  benefit: benefitIn,
};

function agreementIn(payload: unknown): Agreement | undefined {
  const field = members(payload);
  if (!field) return undefined;
  return withoutGaps({
    nationalEnvironment: flag(field('aderenteAmbienteNacional')),
    nationalIssuers: flag(field('aderenteEmissorNacional')),
    enabledByDefault: flag(field('situacaoEmissaoPadraoContribuintesRFB')),
    nationalCollection: flag(field('aderenteMAN')),
    creditsAllowed: flag(field('permiteAproveitametoDeCreditos') ?? field('permiteAproveitamentoDeCreditos')),
  });
}

function ratesIn(payload: unknown, service: string): readonly Rate[] | undefined {
  const field = members(payload);
  if (!field) return undefined;
  const rates = list(field(service)).flatMap((entry): Rate[] => {
    const of = members(entry);
    const percent = percentage(of?.('aliq'));
    const period = of && periodIn(of, 'dtIni', 'dtFim');
    if (!of || !period || percent === undefined) return [];
    return [withoutGaps({ percent, ...period, taxed: yesOrNo(of('incidencia')) })];
  });
  return rates.toSorted(newestFirst);
}

const SERVICE = /^\d{2}\.\d{2}\.\d{2}\.\d{3}$/;
const REGIME_STATUS: Readonly<Record<string, SpecialRegime['status']>> = {
  1: 'ALLOWED',
  2: 'FORBIDDEN',
  3: 'MANDATORY',
};

/** A map of maps of lists. Which of the two keys names the regime was never seen in a real answer: it is the one that is no service. */
function specialRegimesIn(payload: unknown): readonly SpecialRegime[] | undefined {
  if (!members(payload)) return undefined;
  return entries(payload).flatMap(([outer, inner]) =>
    entries(inner).flatMap(([key, periods]) =>
      list(periods).flatMap((entry): SpecialRegime[] => {
        const of = members(entry);
        const status = REGIME_STATUS[text(of?.('situacao')) ?? ''];
        const period = of && periodIn(of, 'dataInicio', 'dataFim');
        if (!of || !period || !status) return [];
        const regime = SERVICE.test(key) ? outer : key;
        return [withoutGaps({ regime, status, ...period, notes: text(of('observacoes')) })];
      }),
    ),
  );
}

function withholdingsIn(payload: unknown): Withholdings | undefined {
  const field = members(payload);
  if (!field) return undefined;
  const article6 = members(field('artigoSexto'));
  return {
    article6: { enabled: flag(article6?.('habilitado')) ?? false, periods: periodsIn(article6?.('historico')) },
    municipal: list(field('retencoesMunicipais')).flatMap((entry): MunicipalWithholding[] => {
      const of = members(entry);
      const period = of && periodIn(of);
      if (!of || !period) return [];
      return [
        {
          description: text(of('descricao')) ?? '',
          ...period,
          kinds: list(of('tiposRetencao')).flatMap((kind) => whole(kind) ?? []),
          services: list(of('servicos')).flatMap((listed) => {
            const one = members(listed);
            const service = text(one?.('codigoCompleto'));
            return service === undefined ? [] : [{ service, periods: periodsIn(one?.('historico')) }];
          }),
        },
      ];
    }),
  };
}

function benefitIn(payload: unknown): Benefit | undefined {
  const field = members(payload);
  const period = field && periodIn(field);
  const benefit = text(field?.('codigoBeneficio'));
  if (!field || !period || benefit === undefined) return undefined;
  return withoutGaps({
    benefit,
    description: text(field('descricao')) ?? '',
    ...period,
    kind: whole(field('tipoBeneficio')),
    reductionKind: whole(field('tipoReducaoBC')),
    reductionPercent: percentage(field('reducaoPercentualBC')),
    differentiatedPercent: percentage(field('aliquotaDiferenciada')),
    onlyInMunicipality: flag(field('restritoAoMunicipio')),
    services: list(field('servicos')).flatMap((entry) => {
      const of = members(entry);
      const service = text(of?.('codigoServico'));
      const validity = of && periodIn(of);
      return service === undefined || !validity ? [] : [{ service, ...validity }];
    }),
    onlyForSome: list(field('contribuintes')).length > 0,
  });
}

function periodsIn(value: unknown): readonly Period[] {
  return list(value).flatMap((entry) => {
    const of = members(entry);
    return (of && periodIn(of)) ?? [];
  });
}

type Members = (name: string) => unknown;

/** A period without a readable beginning is left out: whether it holds on a date would be a guess. So is one whose end is not readable. */
function periodIn(of: Members, begin = 'dataInicioVigencia', end = 'dataFimVigencia'): Period | undefined {
  const from = date(of(begin));
  const last = of(end);
  const to = date(last);
  if (from === undefined || (last !== undefined && to === undefined)) return undefined;
  return { from, ...(to !== undefined && { to }) };
}

function newestFirst(a: Period, b: Period): number {
  return a.from < b.from ? 1 : a.from > b.from ? -1 : 0;
}

/** A JSON number as the digits that stand there. */
class Digits {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** @returns `undefined` for what is no JSON */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''), keepDigits as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

function keepDigits(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? new Digits(source) : value;
}

/** The members of an object by their names in any case; null is as good as absent. */
function members(value: unknown): Members | undefined {
  if (!isObject(value)) return undefined;
  const byName = new Map(Object.entries(value).map(([name, content]) => [name.toLowerCase(), content]));
  return (name) => byName.get(name.toLowerCase()) ?? undefined;
}

/** Whether an object has the member at all, be it null. */
function names(value: unknown, name: string): boolean {
  return entries(value).some(([one]) => one.toLowerCase() === name.toLowerCase());
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  if (value instanceof Digits) return value.source;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** 1 and 0, true and false. Swagger knows -1 as well, for what is not known. */
function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const said = text(value);
  return said === '1' ? true : said === '0' ? false : undefined;
}

function yesOrNo(value: unknown): boolean | undefined {
  const said = text(value)?.toUpperCase();
  if (said === 'SIM') return true;
  return said === 'NAO' || said === 'NÃO' ? false : flag(value);
}

function whole(value: unknown): number | undefined {
  const said = text(value);
  return said !== undefined && /^\d{1,4}$/.test(said) ? Number(said) : undefined;
}

/** With at least two decimal places: `2.5` and `5` become `2.50` and `5.00`; `2.7931` stays. */
function percentage(value: unknown): string | undefined {
  const [, units, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,10}?)0{0,10})?$/.exec(text(value) ?? '') ?? [];
  if (units === undefined) return undefined;
  return `${Number(units)}.${decimals.padEnd(2, '0')}`;
}

/** Dates come as local times without a zone: the day is what they mean. */
function date(value: unknown): string | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:$|T)/.exec(text(value) ?? '') ?? [];
  return day === undefined || Number.isNaN(Date.parse(day)) ? undefined : day;
}

/** The framework's own refusal: problem JSON that names the values it could not read. */
function problemIn(field: Members): string {
  const errors = entries(field('errors')).map(([name, texts]) => `${name}: ${list(texts).map(text).join(' ')}`);
  return (errors.join('; ') || text(field('title')) || 'refused').slice(0, MAX_MESSAGE_CHARACTERS);
}

/** Without the members that are undefined: what is stored has none. */
function withoutGaps<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}
