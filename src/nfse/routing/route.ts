import { isUnprepared, type MunicipalAgreement } from './agreement.ts';

/** Who takes a declaration: the national system, or the city hall with a system of its own. */
export const AUTHORITIES = ['national', 'city'] as const;
export type RouteAuthority = (typeof AUTHORITIES)[number];

/**
 * The company's tax regime on the competence date. `PENDING_OPTANT` has a dispute about its option for the Simples Nacional that may be
 * decided in its favour back to the start; the layout's code for it (`opSimpNac` 4) is not in force, so no request can name it yet.
 */
export type Regime = 'NONE' | 'MEI' | 'ME_EPP' | 'PENDING_OPTANT';

export interface RouteQuestion {
  readonly regime: Regime;
  /** The day of issue in the municipality's time, `YYYY-MM-DD`. The law speaks of issuing, not of the competence. */
  readonly issueDate: string;
  /** National service code, six digits. */
  readonly serviceCode: string;
  /** Whether the city has a system of its own, known to this installation, that issues notes on the day of issue. */
  readonly citySystem: boolean;
  readonly agreement: MunicipalAgreement;
  /** What is on record for the company on the day of issue: that the city enabled it in the national system, or an operator's decision. */
  readonly choice: RouteAuthority | undefined;
}

export const ROUTE_RULES = [
  'item-99',
  'mei',
  'company-decision',
  'simples-nacional',
  'no-city-system',
  'city-enables-all',
  'city-system',
] as const;
export type RouteRule = (typeof ROUTE_RULES)[number];

/** Which authority takes an invoice, and the rule that decided. */
export interface Route {
  readonly authority: RouteAuthority;
  readonly rule: RouteRule;
  /** The national system may refuse: the city is known not to be ready for it. */
  readonly cityUnprepared?: true;
  /** The national system takes it although the city has a system of its own. */
  readonly besideCity?: true;
}

interface Row {
  readonly rule: RouteRule;
  readonly authority: RouteAuthority;
  readonly when: (question: RouteQuestion) => boolean;
  /** Whether the national system takes the note although the city is not ready for it. */
  readonly exemptFromAgreement?: true;
}

/** From this day on companies in the Simples Nacional issue by the national system, in every city. */
export const SIMPLES_NATIONAL_FROM = '2026-11-01';

/**
 * The rule of who issues. The first row that holds decides; the last one always holds.
 *
 * @source item 99: official Q&A of the NFS-e, 16.3 and 16.4 · MEI: Resolução CGSN 169/2022, Q&A 5.7 · ME/EPP: Resolução CGSN 140/2018,
 *   art. 59, as CGSN 191/2026 changed it (in force since 2026-11-01, no exception by city, activity or competence) · others: LC 214/2025,
 *   art. 62, which leaves the choice to the city; phased adoption: Q&A 5.2 and 5.3
 */
const TABLE: readonly Row[] = [
  {
    rule: 'item-99',
    authority: 'national',
    when: ({ serviceCode }) => serviceCode.startsWith('99'),
    exemptFromAgreement: true,
  },
  { rule: 'mei', authority: 'national', when: ({ regime }) => regime === 'MEI', exemptFromAgreement: true },
  // An operator's decision stands above the next row: a city that is not ready leaves its companies refused by both sides otherwise.
  { rule: 'company-decision', authority: 'city', when: ({ choice, citySystem }) => choice === 'city' && citySystem },
  {
    rule: 'simples-nacional',
    authority: 'national',
    when: ({ regime, issueDate }) =>
      (regime === 'ME_EPP' || regime === 'PENDING_OPTANT') && issueDate >= SIMPLES_NATIONAL_FROM,
  },
  { rule: 'no-city-system', authority: 'national', when: ({ citySystem }) => !citySystem },
  { rule: 'company-decision', authority: 'national', when: ({ choice }) => choice === 'national' },
  {
    rule: 'city-enables-all',
    authority: 'national',
    when: ({ agreement }) => agreement.status === 'active' && agreement.nationalIssuer && agreement.enabledByDefault,
  },
  { rule: 'city-system', authority: 'city', when: () => true },
];

/** The authority that takes the invoice, and why. */
export function route(question: RouteQuestion): Route {
  const row = TABLE.find(({ when }) => when(question));
  if (!row) throw new RangeError('The last row of the table holds for every question');
  const { authority, rule, exemptFromAgreement } = row;
  const warned = authority === 'national' && !exemptFromAgreement && isUnprepared(question.agreement);
  return { authority, rule, ...(warned ? { cityUnprepared: true as const } : {}) };
}
