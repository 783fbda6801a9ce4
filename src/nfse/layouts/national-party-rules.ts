import { isForeignCountry } from '../countries.ts';
import {
  hasSpecialRegime,
  isAutonomousProfessional,
  isIssInsideSimples,
  isMeEpp,
  isMei,
  isNotTaxed,
  issDueTo,
  isWithheldByCustomer,
  listedService,
} from './national-facts.ts';
import { municipalityRule } from './national-rule-kinds.ts';
import { type Rule, registrationRule, rule } from './rules.ts';

const emailRule = (code: string, where: string): Rule =>
  rule(
    code,
    where,
    (info) => !/^[^\s@]+@[^\s@]+$/.test(info.text(where) ?? 'a@b'),
    'O e-mail não tem a forma de um endereço.',
  );

export const countryRule = (code: string, where: string): Rule =>
  rule(
    code,
    where,
    (info) => info.has(where) && !isForeignCountry(info.text(where) ?? ''),
    'O país não existe, ou é o Brasil.',
  );

const regime = 'prest/regTrib/regEspTrib';

const PROVIDER_RULES: readonly Rule[] = [
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
  emailRule('E0148', 'prest/email'),
  rule(
    'E0162',
    'prest/regTrib/regApTribSN',
    (info) => info.has('prest/regTrib/regApTribSN') && !isMeEpp(info),
    'O regime de apuração do Simples só cabe a ME ou EPP optante (opSimpNac 3).',
  ),
  rule(
    'E0166',
    'prest/regTrib/regApTribSN',
    (info) => !info.has('prest/regTrib/regApTribSN') && isMeEpp(info),
    'ME ou EPP optante (opSimpNac 3) deve informar o regime de apuração do Simples.',
  ),
  rule(
    'E0172',
    regime,
    (info) => hasSpecialRegime(info) && isNotTaxed(info),
    'Regime especial só cabe em operação tributável.',
  ),
  rule('E0174', regime, (info) => hasSpecialRegime(info) && isMei(info), 'MEI não tem regime especial.'),
  rule(
    'E0175',
    regime,
    (info) => hasSpecialRegime(info) && isIssInsideSimples(info),
    'Não há regime especial com o ISS apurado dentro do Simples Nacional.',
  ),
  rule(
    'E0176',
    regime,
    (info) => {
      const elsewhere = issDueTo(info) !== undefined && issDueTo(info) !== info.text('cLocEmi');
      return hasSpecialRegime(info) && !isAutonomousProfessional(info) && elsewhere;
    },
    'Com o ISS devido em outro município só cabe o regime especial de profissional autônomo.',
  ),
];

const CUSTOMER_RULES: readonly Rule[] = [
  registrationRule('E0188', 'toma/CNPJ', 'CNPJ'),
  registrationRule('E0206', 'toma/CPF', 'CPF'),
  ...['CNPJ', 'CPF'].map((document) =>
    rule(
      'E0202',
      `toma/${document}`,
      (info) => info.has(`toma/${document}`) && info.text(`toma/${document}`) === info.text(`prest/${document}`),
      'O tomador não pode ser o próprio prestador.',
    ),
  ),
  rule(
    'E0204',
    'toma',
    (info) => isWithheldByCustomer(info) && !info.has('toma'),
    'O ISS é retido pelo tomador, mas a declaração não diz quem é.',
  ),
  rule(
    'E0234',
    'toma/end',
    (info) => listedService(info)?.incidence === 'CUSTOMER' && !info.has('toma/end'),
    'O ISS deste serviço é devido no município do tomador, cujo endereço falta.',
  ),
  rule(
    'E0237',
    'toma/end/endNac',
    (info) => isWithheldByCustomer(info) && info.has('toma') && !info.has('toma/end/endNac'),
    'O tomador que retém o ISS precisa de endereço no Brasil.',
  ),
  municipalityRule('E0238', 'toma/end/endNac/cMun'),
  rule(
    'E0242',
    'toma/end/endExt',
    (info) => info.has('toma/NIF') && !info.has('toma/end/endExt'),
    'O tomador identificado por número estrangeiro (NIF) precisa de endereço no exterior.',
  ),
  countryRule('E0246', 'toma/end/endExt/cPais'),
  emailRule('E0247', 'toma/email'),
  registrationRule('E0248', 'interm/CNPJ', 'CNPJ'),
];

/** Of a declaration: who provides the service, who receives it, and who stands between them. */
export const PARTY_RULES: readonly Rule[] = [...PROVIDER_RULES, ...CUSTOMER_RULES];
