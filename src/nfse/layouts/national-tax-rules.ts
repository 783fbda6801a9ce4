import { hasContributionBase } from '../tax/federal.ts';
import { MAX_ISS_BASIS_POINTS, MIN_WITHHELD_SIMPLES_BASIS_POINTS, minimumIssRateOf } from '../tax/iss.ts';
import { share } from '../tax/share.ts';
import {
  hasSpecialRegime,
  isExport,
  isImmune,
  isIssInsideSimples,
  isMeEpp,
  isMei,
  isNotTaxed,
  isOutsideSimples,
  isWithheld,
  listedService,
} from './national-facts.ts';
import { type Part, type Rule, rule } from './rules.ts';

const price = 'valores/vServPrest/vServ';
const discounts = 'valores/vDescCondIncond';
const deduction = 'valores/vDedRed';
const municipal = 'valores/trib/tribMun';
const federal = 'valores/trib/tribFed';
const totals = 'valores/trib/totTrib';
const rate = `${municipal}/pAliq`;
const withheld = `${municipal}/tpRetISSQN`;

const discount = (code: string, field: string): Rule =>
  rule(
    code,
    `${discounts}/${field}`,
    (info) => {
      const [given, gross] = [info.money(`${discounts}/${field}`), info.money(price)];
      return given !== undefined && gross !== undefined && (given === 0 || given >= gross);
    },
    `O desconto ${field} deve ser maior que zero e menor que o valor do serviço; sem desconto, omita o campo.`,
  );

const sumOf = (parts: readonly Part[] | undefined, path: string): number =>
  (parts ?? []).reduce((sum, one) => sum + (one.money(path) ?? 0), 0);

/** Taken from the base by deductions: an amount, documents, or a share of the price less the unconditional discount. */
function deductedFrom(info: Part, afterDiscount: number): number {
  const documents = info.child(`${deduction}/documentos`)?.all('docDedRed');
  const percentage = info.money(`${deduction}/pDR`);
  if (percentage !== undefined) return share(afterDiscount, percentage);
  return (info.money(`${deduction}/vDR`) ?? 0) + sumOf(documents, 'vDeducaoReducao');
}

interface Reduced {
  /** The price less the unconditional discount. */
  readonly afterDiscount: number;
  /** That less deductions and the municipal benefit. */
  readonly afterBenefit: number;
  /** That less what was paid to others for the customer: the base of the ISS. */
  readonly base: number;
}

function reducedFrom(info: Part, gross: number): Reduced {
  const afterDiscount = gross - (info.money(`${discounts}/vDescIncond`) ?? 0);
  const afterDeduction = afterDiscount - deductedFrom(info, afterDiscount);
  const benefit = info.money(`${municipal}/BM/pRedBCBM`);
  const reduction =
    benefit === undefined ? (info.money(`${municipal}/BM/vRedBCBM`) ?? 0) : share(Math.max(0, afterDeduction), benefit);
  const afterBenefit = afterDeduction - reduction;
  const reimbursed = sumOf(info.child('IBSCBS/valores/gReeRepRes')?.all('documentos'), 'vlrReeRepRes');
  return { afterDiscount, afterBenefit, base: afterBenefit - reimbursed };
}

/** Whether the ISS on the base is below the legal minimum of the price; nothing is said where the rate is the city's to know. */
function isBelowMinimum(info: Part, step: keyof Reduced): boolean {
  const [gross, basisPoints, service] = [info.money(price), info.money(rate), listedService(info)];
  const owes = !isNotTaxed(info) && !isMei(info) && !hasSpecialRegime(info) && !info.has(`${municipal}/exigSusp`);
  if (gross === undefined || basisPoints === undefined || !service || !owes) return false;
  const minimum = minimumIssRateOf(service.code, isIssInsideSimples(info) && isWithheld(info));
  return BigInt(reducedFrom(info, gross)[step]) * BigInt(basisPoints) < BigInt(gross) * BigInt(minimum);
}

const VALUE_RULES: readonly Rule[] = [
  rule(
    'E0424',
    'valores/vServPrest/vReceb',
    (info) => info.has('valores/vServPrest/vReceb') && ['1', '2'].includes(info.text('tpEmit') ?? ''),
    'O valor recebido só cabe quando o intermediário é o emitente.',
  ),
  rule(
    'E0427',
    price,
    (info) => {
      const gross = info.money(price);
      if (gross === undefined) return false;
      return reducedFrom(info, gross).afterBenefit < (info.money(`${discounts}/vDescCond`) ?? 0);
    },
    'Os descontos, as deduções e o benefício somam mais que o valor do serviço.',
  ),
  rule(
    'E0428',
    price,
    (info) => {
      const gross = info.money(price);
      const taken = [`${discounts}/vDescIncond`, `${discounts}/vDescCond`].concat(
        ['vRetCP', 'vRetIRRF', 'vRetCSLL'].map((name) => `${federal}/${name}`),
      );
      return gross !== undefined && taken.reduce((sum, path) => sum + (info.money(path) ?? 0), 0) > gross;
    },
    'Os descontos e as retenções somam mais que o valor do serviço.',
  ),
  rule(
    'E0429',
    deduction,
    (info) => isBelowMinimum(info, 'base') && !isBelowMinimum(info, 'afterDiscount'),
    'As reduções da base levam o ISS a menos de 2% do valor do serviço.',
  ),
  rule(
    'E0430',
    `${discounts}/vDescIncond`,
    (info) => info.has(`${discounts}/vDescIncond`) && isBelowMinimum(info, 'afterDiscount'),
    'O desconto incondicionado leva o ISS a menos de 2% do valor do serviço.',
  ),
  discount('E0431', 'vDescIncond'),
  discount('E0432', 'vDescCond'),
  rule(
    'E0435',
    deduction,
    (info) => info.has(deduction) && isNotTaxed(info),
    'Não há dedução em imunidade, exportação ou não incidência.',
  ),
  rule('E0436', deduction, (info) => info.has(deduction) && isMei(info), 'MEI não tem dedução da base do ISS.'),
  rule(
    'E0438',
    deduction,
    (info) => info.has(deduction) && hasSpecialRegime(info),
    'Não há dedução em regime especial de tributação.',
  ),
  rule(
    'E0453',
    `${deduction}/pDR`,
    (info) => {
      const percentage = info.money(`${deduction}/pDR`);
      return percentage !== undefined && (percentage === 0 || percentage > 10_000);
    },
    'O percentual de dedução deve ser maior que zero e no máximo 100.',
  ),
];

const ISS_RULES: readonly Rule[] = [
  rule(
    'E0532',
    `${municipal}/tribISSQN`,
    (info) => {
      const taxation = info.text(`${municipal}/tribISSQN`);
      return listedService(info)?.incidence === 'NONE' && taxation !== undefined && taxation !== '4';
    },
    'Este serviço não está sujeito ao ISS: informe tribISSQN 4.',
  ),
  rule(
    'E0580',
    withheld,
    (info) => isWithheld(info) && isNotTaxed(info),
    'Não há retenção de ISS em imunidade, exportação ou não incidência.',
  ),
  rule('E0583', withheld, (info) => isWithheld(info) && isMei(info), 'MEI não tem ISS retido.'),
  rule(
    'E0588',
    withheld,
    (info) => isWithheld(info) && hasSpecialRegime(info),
    'Não há retenção de ISS em regime especial de tributação.',
  ),
  rule(
    'E0589',
    withheld,
    (info) => isWithheld(info) && info.has(`${municipal}/exigSusp`),
    'Não há retenção de ISS com a exigibilidade suspensa.',
  ),
  rule(
    'E0590',
    `${municipal}/cPaisResult`,
    (info) => isExport(info) && !info.has(`${municipal}/cPaisResult`),
    'A exportação exige o país em que o resultado se verifica.',
  ),
  rule(
    'E0592',
    `${municipal}/tpImunidade`,
    (info) => info.has(`${municipal}/tribISSQN`) && isImmune(info) !== info.has(`${municipal}/tpImunidade`),
    'O tipo de imunidade é informado quando, e só quando, a operação é imune.',
  ),
  rule('E0595', rate, (info) => (info.money(rate) ?? 0) > MAX_ISS_BASIS_POINTS, 'A alíquota do ISS não passa de 5%.'),
  rule('E0600', rate, (info) => isMei(info) && info.has(rate), 'MEI não informa alíquota do ISS.'),
  rule(
    'E0602',
    rate,
    (info) => isNotTaxed(info) && info.has(rate),
    'Em imunidade, exportação ou não incidência a alíquota do ISS deve ser omitida.',
  ),
  rule(
    'E0604',
    rate,
    (info) => info.has(rate) && hasSpecialRegime(info),
    'Com regime especial de tributação a alíquota do ISS deve ser omitida.',
  ),
  rule(
    'E0621',
    rate,
    (info) =>
      isIssInsideSimples(info) && isWithheld(info) && (info.money(rate) ?? 0) < MIN_WITHHELD_SIMPLES_BASIS_POINTS,
    'ME ou EPP no Simples com ISS retido deve informar a alíquota efetiva, de 1,80% ou mais.',
  ),
  rule(
    'E0625',
    rate,
    (info) => isIssInsideSimples(info) && info.text(withheld) === '1' && info.has(rate),
    'ME ou EPP no Simples sem retenção deve omitir a alíquota do ISS.',
  ),
];

const own = `${federal}/piscofins`;
const base = `${own}/vBCPisCofins`;

/** Whether the `CST` goes with a base; `undefined` where there is no group. */
function isBased(info: Part): boolean | undefined {
  const cst = info.text(`${own}/CST`);
  return cst === undefined ? undefined : hasContributionBase(cst);
}

const contributionRate = (code: string, field: string): Rule =>
  rule(
    code,
    `${own}/${field}`,
    (info) => info.has(base) && !info.has(`${own}/${field}`),
    `Com a base de PIS e COFINS a alíquota ${field} é obrigatória.`,
  );

const contributionAmount = (code: string, field: string, percentage: string): Rule =>
  rule(
    code,
    `${own}/${field}`,
    (info) => {
      const [given, of, basisPoints] = [`${own}/${field}`, base, `${own}/${percentage}`].map((path) =>
        info.money(path),
      );
      if (given === undefined || of === undefined || basisPoints === undefined) return false;
      return Math.abs(given - share(of, basisPoints, 'half-even')) > 1;
    },
    `O valor ${field} difere da base vezes a alíquota em mais de um centavo.`,
  );

const withheldAmount = (code: string, field: string): Rule =>
  rule(
    code,
    `${federal}/${field}`,
    (info) => {
      const [given, gross] = [info.money(`${federal}/${field}`), info.money(price)];
      return given !== undefined && gross !== undefined && (given === 0 || given >= gross);
    },
    `A retenção ${field} deve ser maior que zero e menor que o valor do serviço; sem retenção, omita o campo.`,
  );

const FEDERAL_RULES: readonly Rule[] = [
  rule(
    'E0675',
    federal,
    (info) => info.has(federal) && info.has('prest/CPF'),
    'Pessoa física não informa tributos federais.',
  ),
  rule('E0676', federal, (info) => info.has(federal) && isMei(info), 'MEI não informa tributos federais.'),
  rule(
    'E0677',
    base,
    (info) => (info.money(base) ?? 0) > (info.money(price) ?? Number.POSITIVE_INFINITY),
    'A base de PIS e COFINS passa o valor do serviço.',
  ),
  rule(
    'E0678',
    base,
    (info) => isBased(info) === true && !info.has(base),
    'Este CST de PIS e COFINS exige a base de cálculo.',
  ),
  rule(
    'E0682',
    base,
    (info) => isBased(info) === false && info.has(base),
    'Com CST 00, 08 ou 09 a base de PIS e COFINS deve ser omitida.',
  ),
  contributionRate('E0684', 'pAliqPis'),
  contributionRate('E0690', 'pAliqCofins'),
  contributionAmount('E0694', 'vPis', 'pAliqPis'),
  contributionAmount('E0696', 'vCofins', 'pAliqCofins'),
  rule(
    'E0698',
    `${own}/tpRetPisCofins`,
    (info) => isBased(info) === true && !info.has(`${own}/tpRetPisCofins`),
    'Este CST exige que se diga quais contribuições são retidas.',
  ),
  withheldAmount('E0699', 'vRetCP'),
  withheldAmount('E0700', 'vRetIRRF'),
  withheldAmount('E0701', 'vRetCSLL'),
  rule(
    'E0710',
    totals,
    (info) => isMei(info) && info.has(`${totals}/pTotTribSN`),
    'MEI informa os tributos aproximados em vTotTrib, pTotTrib ou indTotTrib.',
  ),
  rule(
    'E0712',
    totals,
    (info) => isMeEpp(info) && info.has(`${totals}/indTotTrib`),
    'ME ou EPP informa os tributos aproximados em vTotTrib, pTotTrib ou pTotTribSN.',
  ),
  rule(
    'E0713',
    totals,
    (info) => isOutsideSimples(info) && (info.has(`${totals}/indTotTrib`) || info.has(`${totals}/pTotTribSN`)),
    'Quem não é do Simples informa os tributos aproximados em vTotTrib ou pTotTrib.',
  ),
];

/** Of a declaration: price, what is taken from it, and the taxes. */
export const TAX_RULES: readonly Rule[] = [...VALUE_RULES, ...ISS_RULES, ...FEDERAL_RULES];
