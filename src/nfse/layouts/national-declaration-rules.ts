import { PARTY_RULES } from './national-party-rules.ts';
import { idRule, instantRule, keyRule, municipalityRule } from './national-rule-kinds.ts';
import { SERVICE_RULES } from './national-service-rules.ts';
import { TAX_RULES } from './national-tax-rules.ts';
import { type Part, type Rule, rule } from './rules.ts';

/** `DPS` + city + kind of registration + registration + series + number, padded with zeros. */
function declarationId(info: Part): string | undefined {
  const [city, series, number] = [info.text('cLocEmi'), info.text('serie'), info.text('nDPS')];
  const cnpj = info.text('prest/CNPJ');
  const registration = cnpj === undefined ? `1${(info.text('prest/CPF') ?? '').padStart(14, '0')}` : `2${cnpj}`;
  if (city === undefined || series === undefined || number === undefined || registration.length !== 15)
    return undefined;
  return `DPS${city}${registration}${series.padStart(5, '0')}${number.padStart(15, '0')}`;
}

const HEADER_RULES: readonly Rule[] = [
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
  rule(
    'E0029',
    'cMotivoEmisTI',
    (info) => info.text('tpEmit') === '1' && info.has('cMotivoEmisTI'),
    'O motivo da emissão pelo tomador ou intermediário deve ser omitido quando o prestador é o emitente.',
  ),
  rule(
    'E9996',
    'tpEmit',
    (info) => ['2', '3'].includes(info.text('tpEmit') ?? ''),
    'O sistema nacional ainda não aceita a emissão pelo tomador ou pelo intermediário.',
  ),
  municipalityRule('E0037', 'cLocEmi'),
  keyRule('E0042', 'subst/chSubstda'),
  rule(
    'E0078',
    'subst/xMotivo',
    (info) => info.text('subst/cMotivo') === '99' && !info.has('subst/xMotivo'),
    'O motivo 99 da substituição pede uma descrição em xMotivo.',
  ),
];

/**
 * What the authority demands of a declaration beyond its layout, as far as it follows from the declaration itself and from public
 * tables. A rule of the catalogue whose meaning is not known, or that asks a register or a city's parameters, has no place here.
 *
 * @source facts §4 and §6; table of national rejection codes, each rule under its code
 */
export const DECLARATION_RULES: readonly Rule[] = [...HEADER_RULES, ...PARTY_RULES, ...SERVICE_RULES, ...TAX_RULES];
