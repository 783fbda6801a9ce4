import { type Cents, cents } from '../cents.ts';
import type { Sale } from '../sale.ts';
import { withheldContributions } from '../tax/federal.ts';
import { benefitOf, deductionOf, issBase, withoutIss } from '../tax/iss.ts';
import { share } from '../tax/share.ts';

/** What an RPS says of money, in centavos. What is `undefined` is not written. */
export interface RpsAmounts {
  readonly service: Cents;
  readonly deductions: Cents | undefined;
  readonly pis: Cents | undefined;
  readonly cofins: Cents | undefined;
  readonly inss: Cents | undefined;
  readonly ir: Cents | undefined;
  readonly csll: Cents | undefined;
  /** Approximate taxes of law 12.741/2012, where they were given as amounts. */
  readonly totalTaxes: Cents | undefined;
  readonly base: Cents;
  readonly iss: Cents | undefined;
  readonly rateBasisPoints: number | undefined;
  readonly issWithheld: boolean;
  readonly unconditionalDiscount: Cents | undefined;
  readonly conditionalDiscount: Cents | undefined;
  /** `undefined` where it depends on an ISS that only the city knows. */
  readonly net: Cents | undefined;
}

/** Shares in which PIS, COFINS and CSLL are withheld: the sale tells their sum, ABRASF wants each. Law 10.833/2003, art. 31. */
const WEIGHTS = { PIS: 65, COFINS: 300, CSLL: 100 } as const;

/**
 * The amounts of an RPS. Federal amounts are the withheld ones here, never the provider's own debits.
 *
 * `net = service − withheld − both discounts`
 *
 * @source ABRASF 2.04, tcValoresDeclaracaoServico
 */
export function rpsAmounts(sale: Sale): RpsAmounts {
  const { amounts, federalTaxes } = sale;
  const base = issBase(sale);
  const rate = withoutIss(sale) === undefined ? amounts.issRateBasisPoints : undefined;
  const iss = rate === undefined ? undefined : share(base, rate);
  const issWithheld = amounts.issWithheldBy !== 'NOBODY';
  const contributions = contributionsOf(federalTaxes);
  const { inssWithheld = 0, irrfWithheld = 0, csrfWithheld = 0 } = federalTaxes ?? {};
  const discounts = (amounts.unconditionalDiscount ?? 0) + (amounts.conditionalDiscount ?? 0);
  const federal = inssWithheld + irrfWithheld + csrfWithheld;
  const withheldIss = issWithheld ? iss : 0;
  return {
    service: cents(amounts.service),
    // RPS have no amount for a benefit: without it here, base and ISS would not follow from what is written.
    deductions: some(deductionOf(sale) + benefitOf(sale)),
    ...contributions,
    inss: some(inssWithheld),
    ir: some(irrfWithheld),
    totalTaxes: totalTaxes(sale),
    base,
    iss,
    rateBasisPoints: rate,
    issWithheld,
    unconditionalDiscount: some(amounts.unconditionalDiscount),
    conditionalDiscount: some(amounts.conditionalDiscount),
    net: withheldIss === undefined ? undefined : cents(amounts.service - discounts - federal - withheldIss),
  };
}

/** The sum split by the legal rates; the largest takes what rounding leaves. */
function contributionsOf(taxes: Sale['federalTaxes']): Pick<RpsAmounts, 'pis' | 'cofins' | 'csll'> {
  const sum = taxes?.csrfWithheld ?? 0;
  if (!taxes || sum === 0) return { pis: undefined, cofins: undefined, csll: undefined };
  const kinds = withheldContributions(taxes);
  const included = (['PIS', 'COFINS', 'CSLL'] as const).filter((kind) => kinds.includes(kind));
  const whole = included.reduce((total, kind) => total + WEIGHTS[kind], 0);
  const part = (kind: keyof typeof WEIGHTS) =>
    included.includes(kind) ? Math.round((sum * WEIGHTS[kind]) / whole) : 0;
  const largest = included.toSorted((one, other) => WEIGHTS[other] - WEIGHTS[one])[0];
  const rest = sum - included.reduce((total, kind) => total + part(kind), 0);
  const of = (kind: keyof typeof WEIGHTS) => some(part(kind) + (kind === largest ? rest : 0));
  return { pis: of('PIS'), cofins: of('COFINS'), csll: of('CSLL') };
}

function totalTaxes({ approximateTaxes: given }: Sale): Cents | undefined {
  const parts = [given?.federal, given?.state, given?.municipal];
  return parts.some((part) => part !== undefined)
    ? cents(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0))
    : undefined;
}

function some(amount: number | undefined): Cents | undefined {
  return amount ? cents(amount) : undefined;
}
