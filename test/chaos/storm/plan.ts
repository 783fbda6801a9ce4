import { exampleCompanies } from '../../../local/engines/openid/identities.ts';
import { BATCH, OLD, QUEUE, SINGLE } from '../../../local/municipality-profiles.ts';
import { oneOf, seededRandom } from '../../faults/seeded-random.ts';

/** Misbehaviour by the reference that asks a stand-in for it, and what it is in words. */
const FAULTS = {
  TIMEOUTISSUED: 'issued, never answered',
  TIMEOUTLOST: 'lost, never answered',
  RESET: 'issued, connection reset',
  BADGATEWAY: '502, not issued',
  BADGATEWAYISSUED: '502, issued',
  REJECT: 'rejected',
} as const;
export type Fault = keyof typeof FAULTS;

/** 16 municipalities of the national system and the four city halls that need no login, by the stand-in's name for each. */
const CITY_HALLS: Readonly<Record<string, string>> = {
  [SINGLE]: 'contagem',
  [QUEUE]: 'uberlandia',
  [BATCH]: 'juiz-de-fora',
  [OLD]: 'montes-claros',
};
const NATIONAL = [
  ...['1100205', '1200401', '1400100', '1501402', '1600303', '2111300', '2211001', '2304400'],
  ...['2408102', '2507507', '2611606', '2927408', '3106200', '3205309', '3304557', '4106902'],
];
export const MUNICIPALITIES: readonly string[] = [...NATIONAL, ...Object.keys(CITY_HALLS)];

/** The city hall that issues there; none where the national system does. */
export const cityHallOf = (municipalityCode: string): string | undefined => CITY_HALLS[municipalityCode];

export const describeFault = (fault: Fault): string => FAULTS[fault];

/** One emission of the storm. */
export interface Planned {
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  readonly fault?: Fault;
  /** The client asks for its cancellation, right after the emission was accepted. */
  readonly cancelled: boolean;
}

const FAULTY = 0.2;
const CANCELLED = 0.05;

/** Every municipality in turn, with faults and cancellations drawn by chance. */
export function planOf(invoices: number, seed: number): readonly Planned[] {
  const random = seededRandom(seed);
  return Array.from({ length: invoices }, (_, index) => {
    const faulty = random() < FAULTY;
    const fault = oneOf(random, Object.keys(FAULTS) as Fault[]);
    const cancelled = random() < CANCELLED;
    return {
      companyCnpj: oneOf(random, exampleCompanies),
      municipalityCode: MUNICIPALITIES[index % MUNICIPALITIES.length] as string,
      ...(faulty ? { fault } : {}),
      // What is rejected has nothing to cancel.
      cancelled: cancelled && !(faulty && fault === 'REJECT'),
    };
  });
}

/** What the request says so that the stand-in misbehaves. */
export function referenceOf({ fault, municipalityCode }: Planned): string {
  if (fault !== 'REJECT') return fault ?? 'TEMPESTADE';
  return cityHallOf(municipalityCode) ? 'REJECTE62' : 'REJECTE0188';
}
