import { type Cents, cents } from '../cents.ts';
import type { Sale } from '../sale.ts';
import { federallyWithheld, ownDebits, usualRate } from './federal.ts';
import { ibsCbs } from './ibs-cbs.ts';
import { benefitOf, deductionOf, issBase, issInsideSimples, type NoIss, reimbursedOf, withoutIss } from './iss.ts';
import { share } from './share.ts';

/** One line of the arithmetic. Amounts in centavos; `undefined` where only the authority knows. */
export interface Line {
  /** Stable name. */
  readonly code: string;
  /** For a person, in Portuguese. */
  readonly label: string;
  readonly base?: Cents;
  readonly rateBasisPoints?: number;
  readonly amount?: Cents;
  /** Which rule says so. */
  readonly source: string;
  /** Why there is no amount, or what it is worth knowing about it. */
  readonly note?: string;
}

export interface Figures {
  readonly price: Cents;
  /** Where the note states an ISS. */
  readonly issBase?: Cents;
  /** `undefined` too when the rate is the municipality's to know. */
  readonly iss?: Cents;
  readonly issWithheld?: Cents;
  readonly federallyWithheld: Cents;
  readonly totalWithheld?: Cents;
  /** What the customer pays the provider. */
  readonly net?: Cents;
  readonly lines: readonly Line[];
}

const NO_ISS: Readonly<Record<NoIss | 'SIMPLES', string>> = {
  MEI: 'MEI recolhe ISS em valor fixo mensal',
  IMMUNE: 'operação imune',
  EXPORT: 'exportação de serviço',
  NOT_SUBJECT: 'não incidência',
  EXEMPT: 'isenção',
  SUSPENDED: 'exigibilidade suspensa',
  SPECIAL_REGIME: 'regime especial de tributação: o ISS é apurado à parte',
  SIMPLES: 'Simples Nacional: o ISS é recolhido no DAS',
};

const RATE_UNKNOWN = 'alíquota não informada: vale a que o município mantém no sistema nacional';
const ISS_UNKNOWN = 'depende do ISS, cuja alíquota não foi informada';

/**
 * What a sale comes to, line by line.
 *
 * `net = price − discounts − withheld` (ISS when withheld, INSS, IRRF, and PIS, COFINS and CSLL in one sum). The provider's own
 * debits of PIS and COFINS never enter it.
 *
 * @param sale one that no rule refuses: see {@link brokenRules}
 * @source LC 116/2003; NFS-e national layout 1.01, infNFSe/valores and infNFSe/IBSCBS
 */
export function workOut(sale: Sale): Figures {
  const { amounts } = sale;
  const price = cents(amounts.service);
  const iss = issOf(sale);
  const withheldIss = amounts.issWithheldBy === 'NOBODY' ? cents(0) : iss.amount;
  const federal = federallyWithheld(sale);
  const totalWithheld = withheldIss === undefined ? undefined : cents(federal + withheldIss);
  const net = totalWithheld === undefined ? undefined : cents(discounted(sale) - totalWithheld);
  const withheldBy = amounts.issWithheldBy === 'INTERMEDIARY' ? 'intermediário' : 'tomador';
  const lines: readonly (Line | undefined)[] = [
    { code: 'price', label: 'Preço do serviço (vServ)', amount: price, source: 'pedido' },
    taken('unconditional-discount', 'Desconto incondicionado', amounts.unconditionalDiscount, 'LC 116/2003, art. 7'),
    ...iss.lines,
    ...debits(sale),
    ...withheldForTheUnion(sale),
    amounts.issWithheldBy === 'NOBODY'
      ? undefined
      : line('iss-withheld', `ISS retido pelo ${withheldBy}`, withheldIss, 'LC 116/2003, art. 6', ISS_UNKNOWN),
    line('total-withheld', 'Total retido (vTotalRet)', totalWithheld, 'leiaute nacional 1.01', ISS_UNKNOWN),
    taken('conditional-discount', 'Desconto condicionado', amounts.conditionalDiscount, 'não reduz a base do ISS'),
    line('net', 'Valor líquido (vLiq)', net, 'leiaute nacional 1.01', ISS_UNKNOWN),
    ...reform(sale, iss, net),
  ];
  return {
    price,
    federallyWithheld: federal,
    ...(iss.base !== undefined && { issBase: iss.base }),
    ...(iss.amount !== undefined && !iss.none && { iss: iss.amount }),
    ...(withheldIss !== undefined && { issWithheld: withheldIss }),
    ...(totalWithheld !== undefined && { totalWithheld }),
    ...(net !== undefined && { net }),
    lines: lines.filter((one) => one !== undefined),
  };
}

interface Iss {
  readonly lines: readonly (Line | undefined)[];
  /** The note states none. */
  readonly none: boolean;
  readonly base?: Cents;
  readonly amount?: Cents;
}

function issOf(sale: Sale): Iss {
  const { amounts, issuer } = sale;
  const inSlip = issInsideSimples(issuer) && amounts.issWithheldBy === 'NOBODY';
  const none = withoutIss(sale) ?? (inSlip ? 'SIMPLES' : undefined);
  if (none) {
    const source = none === 'SIMPLES' || none === 'MEI' ? 'LC 123/2006' : 'LC 116/2003';
    const amount = cents(0);
    return { none: true, amount, lines: [{ code: 'iss', label: 'ISS', amount, source, note: NO_ISS[none] }] };
  }
  const base = issBase(sale);
  const { service, unconditionalDiscount = 0, deductionBasisPoints, issRateBasisPoints: rate } = amounts;
  const amount = rate === undefined ? undefined : share(base, rate);
  const reduced = cents(service - unconditionalDiscount);
  const deduction = taken('deduction', 'Dedução ou redução da base', deductionOf(sale), 'LC 116/2003, art. 7, § 2');
  const benefit = taken('benefit', 'Redução por benefício municipal', benefitOf(sale), 'lei municipal');
  return {
    none: false,
    base,
    ...(amount !== undefined && { amount }),
    lines: [
      deduction &&
        (deductionBasisPoints === undefined
          ? deduction
          : { ...deduction, base: reduced, rateBasisPoints: deductionBasisPoints }),
      benefit,
      taken('reimbursed', 'Reembolso, repasse ou ressarcimento', reimbursedOf(sale), 'leiaute nacional 1.01'),
      { code: 'iss-base', label: 'Base de cálculo do ISS (vBC)', amount: base, source: 'LC 116/2003, art. 7' },
      {
        ...line('iss', 'ISS (vISSQN)', amount, 'LC 116/2003, arts. 8 e 8-A', RATE_UNKNOWN),
        base,
        ...(rate !== undefined && { rateBasisPoints: rate }),
      },
    ],
  };
}

function debits({ federalTaxes }: Sale): readonly (Line | undefined)[] {
  const given = federalTaxes?.pisCofins;
  if (!given) return [];
  const source = 'débito próprio, não reduz o líquido; arredondamento ao par (NT 007)';
  const { pis, cofins } = ownDebits(given);
  const own = (code: string, label: string, amount: Cents | undefined, rate: number | undefined) =>
    amount === undefined
      ? undefined
      : {
          code,
          label,
          amount,
          source,
          ...(given.base !== undefined && { base: cents(given.base) }),
          ...(rate !== undefined && { rateBasisPoints: rate }),
        };
  return [
    own('pis', 'PIS próprio', pis, given.pisRateBasisPoints),
    own('cofins', 'COFINS próprio', cofins, given.cofinsRateBasisPoints),
  ];
}

function withheldForTheUnion(sale: Sale): readonly (Line | undefined)[] {
  const { inssWithheld, irrfWithheld, csrfWithheld } = sale.federalTaxes ?? {};
  const base = cents(sale.amounts.service - (sale.amounts.unconditionalDiscount ?? 0));
  const withheld = (kind: 'inss' | 'irrf' | 'csrf', label: string, amount: number | undefined, source: string) => {
    if (!amount) return undefined;
    const rate = usualRate(kind, base, amount);
    const code = `${kind}-withheld`;
    return {
      code,
      label,
      amount: cents(amount),
      source,
      ...(rate === undefined ? {} : { base, rateBasisPoints: rate }),
    };
  };
  return [
    withheld('inss', 'INSS retido (vRetCP)', inssWithheld, 'Lei 8.212/1991, art. 31'),
    withheld('irrf', 'IRRF retido (vRetIRRF)', irrfWithheld, 'RIR/2018, arts. 714 e 716'),
    withheld('csrf', 'PIS, COFINS e CSLL retidos (vRetCSLL)', csrfWithheld, 'Lei 10.833/2003, arts. 30 e 31'),
  ];
}

/** IBS and CBS, where the sale declares them: what the authority adds to the note. */
function reform(sale: Sale, iss: Iss, net: Cents | undefined): readonly (Line | undefined)[] {
  if (!sale.ibsCbs) return [];
  const source = 'LC 214/2025';
  const label = 'Base de IBS e CBS (vBC)';
  if (iss.amount === undefined) return [{ code: 'ibs-cbs-base', label, source, note: ISS_UNKNOWN }];
  const { pis = 0, cofins = 0 } = sale.federalTaxes?.pisCofins ? ownDebits(sale.federalTaxes.pisCofins) : {};
  const price = sale.amounts.service - (sale.amounts.unconditionalDiscount ?? 0) - reimbursedOf(sale);
  const year = Number(sale.competenceDate.slice(0, 4));
  const figures = ibsCbs({ year, price, iss: iss.amount, pis, cofins });
  if (!figures) return [];
  const { base, ibsState, ibsMunicipal, cbs, rates } = figures;
  const full = sale.ibsCbs.cst === '000';
  const percent = rates.ibsPercentOfReference;
  const unknown =
    percent === undefined || percent === 100
      ? 'alíquota de referência ainda não fixada'
      : `${percent} % da alíquota de referência, ainda não fixada`;
  const tax = (code: string, name: string, amount: Cents | undefined, rate: number | undefined) => ({
    ...line(code, name, full ? amount : undefined, source, full ? unknown : 'a redução depende da classificação'),
    base,
    ...(rate !== undefined && { rateBasisPoints: rate }),
  });
  const known = full && ibsState !== undefined && ibsMunicipal !== undefined && cbs !== undefined;
  const added = rates.added ? (known ? cents(ibsState + ibsMunicipal + cbs) : undefined) : cents(0);
  const total = net === undefined || added === undefined ? undefined : cents(net + added);
  return [
    { code: 'ibs-cbs-base', label, amount: base, source },
    tax('ibs-state', 'IBS estadual', ibsState, rates.ibsStateBasisPoints),
    tax('ibs-municipal', 'IBS municipal', ibsMunicipal, rates.ibsMunicipalBasisPoints),
    tax('cbs', 'CBS', cbs, rates.cbsBasisPoints),
    line('note-total', 'Total da nota (vTotNF)', total, source, net === undefined ? ISS_UNKNOWN : unknown),
  ];
}

/** Price less both discounts. */
function discounted({ amounts }: Sale): number {
  return amounts.service - (amounts.unconditionalDiscount ?? 0) - (amounts.conditionalDiscount ?? 0);
}

/** A line for something that is only told when there is some of it. */
function taken(code: string, label: string, amount: number | undefined, source: string): Line | undefined {
  return amount ? { code, label, amount: cents(amount), source } : undefined;
}

function line(code: string, label: string, amount: Cents | undefined, source: string, unknown: string): Line {
  return { code, label, source, ...(amount === undefined ? { note: unknown } : { amount }) };
}
