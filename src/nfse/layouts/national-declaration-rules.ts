import { idRule, instantRule, keyRule, municipalityRule } from './national-rule-kinds.ts';
import { type Part, type Rule, registrationRule, rule } from './rules.ts';

const SIMPLES_MEI = '2';
const SIMPLES_ME_EPP = '3';
const MIN_SIMPLES_RATE_BASIS_POINTS = 180;

/** `DPS` + city + kind of registration + registration + series + number, padded with zeros. */
function declarationId(info: Part): string | undefined {
  const [city, series, number] = [info.text('cLocEmi'), info.text('serie'), info.text('nDPS')];
  const cnpj = info.text('prest/CNPJ');
  const registration = cnpj === undefined ? `1${(info.text('prest/CPF') ?? '').padStart(14, '0')}` : `2${cnpj}`;
  if (city === undefined || series === undefined || number === undefined || registration.length !== 15)
    return undefined;
  return `DPS${city}${registration}${series.padStart(5, '0')}${number.padStart(15, '0')}`;
}

const discount = (code: string, field: string): Rule =>
  rule(
    code,
    `valores/vDescCondIncond/${field}`,
    (info) => {
      const [given, gross] = [info.money(`valores/vDescCondIncond/${field}`), info.money('valores/vServPrest/vServ')];
      return given !== undefined && gross !== undefined && (given === 0 || given >= gross);
    },
    `O desconto ${field} deve ser maior que zero e menor que o valor do serviço; sem desconto, omita o campo.`,
  );

const rate = 'valores/trib/tribMun/pAliq';
const withheld = 'valores/trib/tribMun/tpRetISSQN';
const totals = 'valores/trib/totTrib';
const simples = 'prest/regTrib/opSimpNac';

/**
 * What the authority demands of a declaration beyond its layout, as far as it follows from the declaration itself.
 *
 * @source facts §4 and §6; table of national rejection codes
 */
export const DECLARATION_RULES: readonly Rule[] = [
  idRule('E0004', declarationId),
  instantRule('dhEmi'),
  rule(
    'E0010',
    'serie',
    (info) => /^0+$/.test(info.text('serie') ?? ''),
    'A série não pode ser zero: para aplicativo próprio vai de 1 a 49999.',
  ),
  rule(
    'E0015',
    'dCompet',
    (info) => (info.text('dCompet') ?? '') > (info.text('dhEmi') ?? '~').slice(0, 10),
    'A competência não pode ser depois da data de emissão.',
  ),
  municipalityRule('E0037', 'cLocEmi'),
  keyRule('E0042', 'subst/chSubstda'),
  rule(
    'E0078',
    'subst/xMotivo',
    (info) => info.text('subst/cMotivo') === '99' && !info.has('subst/xMotivo'),
    'O motivo 99 da substituição pede uma descrição em xMotivo.',
  ),
  registrationRule('E0080', 'prest/CNPJ', 'CNPJ'),
  registrationRule('E0096', 'prest/CPF', 'CPF'),
  rule(
    'E0121',
    'prest/xNome',
    (info) => info.text('tpEmit') === '1' && info.has('prest/xNome'),
    'O nome do prestador deve ser omitido quando ele é o emitente.',
  ),
  rule(
    'E0128',
    'prest/end',
    (info) => info.text('tpEmit') === '1' && info.has('prest/end'),
    'O endereço do prestador deve ser omitido quando ele é o emitente.',
  ),
  rule(
    'E0162',
    'prest/regTrib/regApTribSN',
    (info) => info.has('prest/regTrib/regApTribSN') && info.text(simples) !== SIMPLES_ME_EPP,
    'O regime de apuração do Simples só cabe a ME ou EPP optante (opSimpNac 3).',
  ),
  rule(
    'E0166',
    'prest/regTrib/regApTribSN',
    (info) => !info.has('prest/regTrib/regApTribSN') && info.text(simples) === SIMPLES_ME_EPP,
    'ME ou EPP optante (opSimpNac 3) deve informar o regime de apuração do Simples.',
  ),
  registrationRule('E0188', 'toma/CNPJ', 'CNPJ'),
  registrationRule('E0206', 'toma/CPF', 'CPF'),
  rule(
    'E0202',
    'toma/CNPJ',
    (info) => info.text('toma/CNPJ') !== undefined && info.text('toma/CNPJ') === info.text('prest/CNPJ'),
    'O tomador não pode ser o próprio prestador.',
  ),
  rule(
    'E0204',
    'toma',
    (info) => info.text(withheld) === '2' && !info.has('toma'),
    'O ISS é retido pelo tomador, mas a declaração não diz quem é.',
  ),
  municipalityRule('E0302', 'toma/end/endNac/cMun'),
  registrationRule('E0248', 'interm/CNPJ', 'CNPJ'),
  municipalityRule('E0302', 'serv/locPrest/cLocPrestacao'),
  rule(
    'E0322',
    'serv/cServ/cNBS',
    (info) => info.has('IBSCBS') && !info.has('serv/cServ/cNBS'),
    'Com o grupo IBSCBS o código NBS do serviço é obrigatório.',
  ),
  rule(
    'event-dates',
    'serv/atvEvento/dtFim',
    (info) => (info.text('serv/atvEvento/dtFim') ?? '~') < (info.text('serv/atvEvento/dtIni') ?? ''),
    'O evento não pode terminar antes de começar.',
  ),
  discount('E0431', 'vDescIncond'),
  discount('E0432', 'vDescCond'),
  rule(
    'E0427',
    'valores/vServPrest/vServ',
    (info) => {
      const gross = info.money('valores/vServPrest/vServ');
      const taken = ['vDescCondIncond/vDescIncond', 'vDescCondIncond/vDescCond', 'vDedRed/vDR'];
      return gross !== undefined && taken.reduce((sum, path) => sum + (info.money(`valores/${path}`) ?? 0), 0) > gross;
    },
    'Os descontos e as deduções somam mais que o valor do serviço.',
  ),
  rule(
    'E0583',
    withheld,
    (info) => info.text(simples) === SIMPLES_MEI && ['2', '3'].includes(info.text(withheld) ?? ''),
    'MEI não tem ISS retido.',
  ),
  rule('E0595', rate, (info) => (info.money(rate) ?? 0) > 500, 'A alíquota do ISS não passa de 5%.'),
  rule(
    'E0600',
    rate,
    (info) => info.text(simples) === SIMPLES_MEI && info.has(rate),
    'MEI não informa alíquota do ISS.',
  ),
  rule(
    'E0604',
    rate,
    (info) => info.has(rate) && !['0', undefined].includes(info.text('prest/regTrib/regEspTrib')),
    'Com regime especial de tributação a alíquota do ISS deve ser omitida.',
  ),
  rule(
    'E0621',
    rate,
    (info) => insideSimples(info) && ['2', '3'].includes(info.text(withheld) ?? '') && !info.has(rate),
    'ME ou EPP no Simples com ISS retido deve informar a alíquota efetiva.',
  ),
  rule(
    'E0621',
    rate,
    (info) =>
      insideSimples(info) &&
      ['2', '3'].includes(info.text(withheld) ?? '') &&
      (info.money(rate) ?? MIN_SIMPLES_RATE_BASIS_POINTS) < MIN_SIMPLES_RATE_BASIS_POINTS,
    'A alíquota efetiva de ME ou EPP no Simples com ISS retido é de 1,80% ou mais.',
  ),
  rule(
    'E0625',
    rate,
    (info) => insideSimples(info) && info.text(withheld) === '1' && info.has(rate),
    'ME ou EPP no Simples sem retenção deve omitir a alíquota do ISS.',
  ),
  rule(
    'E0710',
    totals,
    (info) => info.text(simples) === SIMPLES_MEI && info.has(`${totals}/pTotTribSN`),
    'MEI informa os tributos aproximados em vTotTrib, pTotTrib ou indTotTrib.',
  ),
  rule(
    'E0712',
    totals,
    (info) => info.text(simples) === SIMPLES_ME_EPP && info.has(`${totals}/indTotTrib`),
    'ME ou EPP informa os tributos aproximados em vTotTrib, pTotTrib ou pTotTribSN.',
  ),
  rule(
    'E0713',
    totals,
    (info) => info.text(simples) === '1' && (info.has(`${totals}/indTotTrib`) || info.has(`${totals}/pTotTribSN`)),
    'Quem não é do Simples informa os tributos aproximados em vTotTrib ou pTotTrib.',
  ),
  rule(
    'recipient',
    'IBSCBS/dest',
    (info) => info.has('IBSCBS') && (info.text('IBSCBS/indDest') === '1') !== info.has('IBSCBS/dest'),
    'O destinatário é informado quando, e só quando, indDest é 1.',
  ),
  rule(
    'tax-class',
    'IBSCBS/valores/trib/gIBSCBS/cClassTrib',
    (info) => {
      const group = info.child('IBSCBS/valores/trib/gIBSCBS');
      return group !== undefined && !(group.text('cClassTrib') ?? '').startsWith(group.text('CST') ?? '');
    },
    'A classificação tributária começa pelos três dígitos do CST.',
  ),
];

function insideSimples(info: Part): boolean {
  return info.text(simples) === SIMPLES_ME_EPP && info.text('prest/regTrib/regApTribSN') === '1';
}
