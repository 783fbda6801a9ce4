import { isoCurrency } from '../currencies.ts';
import type { RouteAuthority } from '../routing/route.ts';
import { type Sale, type SaleParty, taxationOf } from '../sale.ts';
import { type ServiceCode, serviceCode } from '../service-codes.ts';
import { federallyWithheld, hasContributionBase, withheldContributions } from './federal.ts';
import {
  issBase,
  issDueElsewhere,
  issInsideSimples,
  MAX_ISS_BASIS_POINTS,
  minimumIssRate,
  withholdingForbidden,
  withoutIss,
} from './iss.ts';
import { RULE_TEXTS, type RuleCode, type RuleText } from './rule-texts.ts';
import { share } from './share.ts';
import { rateStatement } from './stated-rate.ts';
import { workOut } from './work-out.ts';

/** A rule that the sale breaks, and where: `pointer` is a JSON pointer into the emission request. */
export interface BrokenRule extends RuleText {
  readonly pointer: string;
  readonly code: RuleCode;
}

type Verdict = readonly [broken: boolean, pointer: string, code: RuleCode, advice?: string | undefined];

/** What only the national layout asks for or forbids. City halls have no place for it, other rules, or none. */
const NATIONAL_ONLY: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'foreign-trade-missing',
  'foreign-trade-abroad',
  'nbs-for-export',
  'nbs-for-ibs-cbs',
  'result-country',
  'immunity-kind',
  'work-missing',
  'work-forbidden',
  'event-missing',
  'event-forbidden',
  'withholder-address',
  'customer-address',
  'foreign-address',
  'special-regime-elsewhere',
  'special-regime-not-taxed',
  'federal-taxes-mei',
  'contribution-base',
  'contribution-base-forbidden',
  'iss-rate-required',
  'exemption-is-a-benefit',
]);

/** What only city halls ask for or have no place for. */
const CITY_ONLY: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'rate-without-iss',
  'rate-elsewhere',
  'benefit-without-iss',
]);

/**
 * The fiscal rules that the sale breaks, of those that need no register and no municipality's parameter: what the authority is
 * sure to refuse is told at once, before a number is spent on it.
 *
 * @returns nothing when all are kept
 * @source NFS-e national layout 1.01, business rules; each rule's text has the code
 */
export function brokenRules(sale: Sale, authority: RouteAuthority = 'national'): readonly BrokenRule[] {
  const service = serviceCode(sale.service.code);
  const broken = [
    ...aboutService(sale, service),
    ...aboutPeople(sale, service),
    ...aboutRegime(sale),
    ...aboutIss(sale),
    ...aboutDeduction(sale),
    ...aboutFederalTaxes(sale),
    ...aboutTheRest(sale),
  ].filter(([is, , code]) => is && !(authority === 'national' ? CITY_ONLY : NATIONAL_ONLY).has(code));
  return [...broken, ...(broken.length === 0 ? aboutSums(sale) : [])]
    .filter(([is]) => is)
    .map(([, pointer, code, advice]) => ({ pointer, code, ...RULE_TEXTS[code], ...(advice && { howToFix: advice }) }));
}

function aboutService(sale: Sale, listed: ServiceCode | undefined): readonly Verdict[] {
  const { service } = sale;
  const taxation = taxationOf(sale);
  const foreign = service.country !== undefined || withNumberAbroad(sale).length > 0;
  const currency = currencyAdvice(sale);
  const { work, event } = service;
  return [
    [!listed, '/service/code', 'unknown-service'],
    [listed?.incidence === 'NONE' && taxation !== 'NOT_SUBJECT', '/iss/taxation', 'not-taxed-service'],
    [listed?.requires === 'work' && !work, '/service/work', 'work-missing'],
    [listed !== undefined && listed.requires !== 'work' && !!work, '/service/work', 'work-forbidden'],
    [listed?.requires === 'event' && !event, '/service/event', 'event-missing'],
    [listed !== undefined && listed.requires !== 'event' && !!event, '/service/event', 'event-forbidden'],
    [!!event && event.endDate < event.startDate, '/service/event/endDate', 'event-dates'],
    [taxation === 'EXPORT' && !service.foreignTrade, '/service/foreignTrade', 'foreign-trade-missing'],
    [foreign && taxation !== 'EXPORT' && !service.foreignTrade, '/service/foreignTrade', 'foreign-trade-abroad'],
    [!!currency, '/service/foreignTrade/currency', 'currency', currency],
    [taxation === 'EXPORT' && !service.nbsCode, '/service/nbsCode', 'nbs-for-export'],
  ];
}

/** Customer and intermediary abroad who have a number there. */
function withNumberAbroad({ customer, intermediary }: Sale): readonly SaleParty[] {
  return [customer, intermediary].filter(
    (party) => party?.nif !== undefined && party.foreignAddress !== undefined,
  ) as readonly SaleParty[];
}

/** What to send instead of a currency by its number in ISO 4217. */
function currencyAdvice({ service, customer, intermediary, iss }: Sale): string | undefined {
  const number = service.foreignTrade?.currency;
  if (number === undefined) return undefined;
  const countries = [
    service.country,
    customer?.foreignAddress?.country,
    intermediary?.foreignAddress?.country,
    iss?.resultCountry,
  ].filter((country) => country !== undefined);
  const meant = isoCurrency(number, countries);
  return meant && `Use "${meant.number}", o código do Banco Central para ${meant.letters}; "${number}" é o número ISO.`;
}

function aboutPeople(sale: Sale, listed: ServiceCode | undefined): readonly Verdict[] {
  const { customer, intermediary, amounts } = sale;
  const withholder = amounts.issWithheldBy === 'INTERMEDIARY' ? intermediary : customer;
  const withheld = amounts.issWithheldBy !== 'NOBODY';
  const byCustomer = amounts.issWithheldBy === 'CUSTOMER';
  return [
    [customer?.cnpj === sale.companyCnpj, '/customer/cnpj', 'customer-is-issuer'],
    [withheld && !withholder, '/amounts/issWithheldBy', 'withholder-missing'],
    [byCustomer && !!customer && !customer.address, '/customer/address', 'withholder-address'],
    [listed?.incidence === 'CUSTOMER' && !customer?.address, '/customer/address', 'customer-address'],
    ...foreigners(sale).map(
      ([party, at]): Verdict => [!party.foreignAddress, `${at}/foreignAddress`, 'foreign-address'],
    ),
  ];
}

function foreigners({ customer, intermediary, ibsCbs }: Sale): readonly (readonly [SaleParty, string])[] {
  const parties: readonly (readonly [SaleParty | undefined, string])[] = [
    [customer, '/customer'],
    [intermediary, '/intermediary'],
    [ibsCbs?.recipient, '/ibsCbs/recipient'],
  ];
  return parties.flatMap(([party, at]) => (party?.nif === undefined ? [] : [[party, at] as const]));
}

function aboutRegime(sale: Sale): readonly Verdict[] {
  const { simplesNacional, simplesRegime, specialRegime } = sale.issuer;
  const at = '/issuer/specialRegime';
  const special = specialRegime !== undefined;
  const elsewhere = issDueElsewhere(sale);
  return [
    [!!simplesRegime && simplesNacional !== 'ME_EPP', '/issuer/simplesRegime', 'simples-regime'],
    [special && taxationOf(sale) !== 'TAXABLE', at, 'special-regime-not-taxed'],
    [special && simplesNacional === 'MEI', at, 'special-regime-mei'],
    [special && issInsideSimples(sale.issuer), at, 'special-regime-simples'],
    [special && specialRegime !== 'AUTONOMOUS_PROFESSIONAL' && elsewhere, at, 'special-regime-elsewhere'],
  ];
}

const WITHHOLDING_FORBIDDEN = {
  MEI: 'withholding-mei',
  IMMUNE: 'withholding-not-taxed',
  EXPORT: 'withholding-not-taxed',
  NOT_SUBJECT: 'withholding-not-taxed',
  EXEMPT: 'withholding-not-taxed',
  SUSPENDED: 'withholding-suspended',
  SPECIAL_REGIME: 'withholding-special-regime',
  SERVICE: 'withholding-service',
} as const;

function aboutIss(sale: Sale): readonly Verdict[] {
  const { amounts, iss, service } = sale;
  const rate = amounts.issRateBasisPoints;
  const wrongRate = rate !== undefined && (rate < minimumIssRate(sale) || rate > MAX_ISS_BASIS_POINTS);
  const forbidden = amounts.issWithheldBy === 'NOBODY' ? undefined : withholdingForbidden(sale);
  const none = withoutIss(sale);
  const noIss = none !== undefined;
  const { reduction, reductionBasisPoints } = iss?.benefit ?? {};
  const reduced = `/iss/benefit/${reduction ? 'reduction' : 'reductionRate'}`;
  const reducesNothing = !!(reduction || reductionBasisPoints) && noIss && none !== 'SUSPENDED';
  const elsewhere = issDueElsewhere(sale);
  const exported = taxationOf(sale) === 'EXPORT';
  const country = iss?.resultCountry ?? (exported ? service.country : undefined);
  return [
    [wrongRate, '/amounts/issRate', 'iss-rate'],
    [rate === undefined && rateStatement(sale) === 'required', '/amounts/issRate', 'iss-rate-required'],
    [rate !== undefined && noIss && !forbidden, '/amounts/issRate', 'rate-without-iss'],
    [rate === undefined && !noIss && elsewhere, '/amounts/issRate', 'rate-elsewhere'],
    [reducesNothing, reduced, 'benefit-without-iss'],
    [taxationOf(sale) === 'EXEMPT', '/iss/taxation', 'exemption-is-a-benefit'],
    [!!forbidden, '/amounts/issWithheldBy', WITHHOLDING_FORBIDDEN[forbidden ?? 'SERVICE']],
    [(taxationOf(sale) === 'IMMUNE') !== (iss?.immunity !== undefined), '/iss/immunity', 'immunity-kind'],
    [exported !== (country !== undefined), '/iss/resultCountry', 'result-country'],
  ];
}

/** `tpDedRed` of what has no code of its own. */
const OTHER_DEDUCTION = '99';

function aboutDeduction(sale: Sale): readonly Verdict[] {
  const { deduction, deductionBasisPoints, deductionDocuments: documents = [] } = sale.amounts;
  if (!deduction && !deductionBasisPoints && documents.length === 0) return [];
  const [byAmount, byDocuments] = ['/amounts/deduction', '/amounts/deductionDocuments'];
  const at = documents.length > 0 ? byDocuments : deduction ? byAmount : '/amounts/deductionRate';
  return [
    ...documents.map(({ kind, otherKind }, index): Verdict => {
      const named = (kind === OTHER_DEDUCTION) === (otherKind !== undefined);
      return [!named, `${byDocuments}/${index}/otherKind`, 'deduction-kind'];
    }),
    ...documents.map(
      (one, index): Verdict => [one.deduction > one.deductible, `${byDocuments}/${index}/deduction`, 'deduction-above'],
    ),
    [taxationOf(sale) !== 'TAXABLE', at, 'deduction-not-taxed'],
    [sale.issuer.simplesNacional === 'MEI', at, 'deduction-mei'],
    [sale.issuer.specialRegime !== undefined, at, 'deduction-special-regime'],
  ];
}

function aboutFederalTaxes({ issuer, amounts, federalTaxes: taxes }: Sale): readonly Verdict[] {
  if (!taxes) return [];
  const at = '/federalTaxes';
  const { inssWithheld = 0, irrfWithheld = 0, csrfWithheld = 0, pisCofins } = taxes;
  const insideSimples = issuer.simplesNacional === 'ME_EPP' && issuer.simplesRegime !== 'ALL_OUTSIDE';
  const withheld = withheldContributions(taxes) !== 'NONE';
  return [
    [issuer.simplesNacional === 'MEI', at, 'federal-taxes-mei'],
    [insideSimples && irrfWithheld > 0, `${at}/irrfWithheld`, 'federal-withholding-simples'],
    [insideSimples && csrfWithheld > 0, `${at}/csrfWithheld`, 'federal-withholding-simples'],
    [inssWithheld >= amounts.service, `${at}/inssWithheld`, 'withheld-too-large'],
    [irrfWithheld >= amounts.service, `${at}/irrfWithheld`, 'withheld-too-large'],
    [csrfWithheld >= amounts.service, `${at}/csrfWithheld`, 'withheld-too-large'],
    [!!pisCofins && withheld !== csrfWithheld > 0, `${at}/csrfWithheld`, 'csrf-missing'],
    ...aboutOwnDebits(pisCofins, amounts.service),
  ];
}

function aboutOwnDebits(given: NonNullable<Sale['federalTaxes']>['pisCofins'], price: number): readonly Verdict[] {
  if (!given) return [];
  const at = '/federalTaxes/pisCofins';
  const { base, pisRateBasisPoints, cofinsRateBasisPoints, pis, cofins } = given;
  const figures = [base, pisRateBasisPoints, cofinsRateBasisPoints, pis, cofins];
  const wanted = hasContributionBase(given.cst);
  const whole = base !== undefined && pisRateBasisPoints !== undefined && cofinsRateBasisPoints !== undefined;
  const off = (amount: number | undefined, rate: number | undefined) =>
    amount !== undefined && whole && Math.abs(amount - share(base, rate ?? 0, 'half-even')) > 1;
  return [
    [wanted && !whole, `${at}/base`, 'contribution-base'],
    [!wanted && figures.some((figure) => figure !== undefined), `${at}/base`, 'contribution-base-forbidden'],
    [(base ?? 0) > price, `${at}/base`, 'contribution-base-too-large'],
    [wanted && off(pis, pisRateBasisPoints), `${at}/pis`, 'contribution-amount'],
    [wanted && off(cofins, cofinsRateBasisPoints), `${at}/cofins`, 'contribution-amount'],
  ];
}

function aboutTheRest({
  issuer,
  service,
  approximateTaxes,
  ibsCbs,
  competenceDate,
  replaces,
}: Sale): readonly Verdict[] {
  const simplesRate = approximateTaxes?.simplesRateBasisPoints !== undefined;
  const misfit = (of: { readonly cst: string; readonly classification: string } | undefined) =>
    !!of && !of.classification.startsWith(of.cst);
  return [
    [simplesRate && issuer.simplesNacional !== 'ME_EPP', '/approximateTaxes/simplesRate', 'approximate-taxes'],
    [!!ibsCbs && competenceDate < '2026', '/ibsCbs', 'ibs-cbs-too-early'],
    [!!ibsCbs && !service.nbsCode, '/service/nbsCode', 'nbs-for-ibs-cbs'],
    [misfit(ibsCbs), '/ibsCbs/classification', 'classification-of-cst'],
    [misfit(ibsCbs?.regular), '/ibsCbs/regular/classification', 'classification-of-cst'],
    [replaces?.reasonCode === '99' && !replaces.reason, '/replaces/reason', 'replacement-reason'],
  ];
}

/** Sums are judged once their parts are right, so that one mistake is not told twice. */
function aboutSums(sale: Sale): readonly Verdict[] {
  const { service: price, unconditionalDiscount = 0, conditionalDiscount = 0, issRateBasisPoints: rate } = sale.amounts;
  const base = issBase(sale);
  if (unconditionalDiscount + conditionalDiscount >= price) return [[true, '/amounts', 'discount-too-large']];
  if (base < 0) return [[true, '/amounts', 'nothing-left-to-tax']];
  const { iss, net } = workOut(sale);
  // Without its rate the ISS is unknown: what is certain to be withheld has to leave something all the same.
  const left = net ?? price - unconditionalDiscount - conditionalDiscount - federallyWithheld(sale);
  const decided = rate !== undefined && iss !== undefined && !withoutIss(sale);
  return [
    [left < 0, '/amounts', 'negative-net'],
    // Compared before rounding, so that a centavo never decides about a rule on percentages.
    [
      decided && BigInt(base) * BigInt(rate) < BigInt(price) * BigInt(minimumIssRate(sale)),
      '/amounts',
      'effective-rate',
    ],
  ];
}
