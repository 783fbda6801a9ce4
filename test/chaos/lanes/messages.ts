import type { Work } from '../../../src/commands/work.ts';
import { invoiceIdFor } from '../../../src/events/ids.ts';
import type { Cnpj } from '../../../src/nfse/cnpj.ts';

/** What the worker under test tells its parent. */
export type Told =
  | { readonly kind: 'started' }
  /** The provider was called for an invoice. */
  | { readonly kind: 'called'; readonly invoiceId: string }
  | {
      readonly kind: 'handled';
      readonly municipalityCode: string;
      /** From the moment the message was sent until it was done with. */
      readonly tookMs: number;
    }
  | { readonly kind: 'put-back' | 'turned-away'; readonly municipalityCode: string }
  | { readonly kind: 'memory'; readonly megabytes: number }
  | { readonly kind: 'stopped'; readonly unfinished: number; readonly putBack: number };

/** What the worker under test is given. */
export interface LaneWorkerSettings {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly places: number;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly orderMs: number;
  readonly visibilitySeconds: number;
  /** How long the provider takes, by municipality. */
  readonly latencyMs: number;
  readonly slow: Readonly<Record<string, number>>;
}

const COMPANY = '11222333000181' as Cnpj;

/** Municipalities that exist, for lanes that have nothing to do with each other. */
export const MUNICIPALITIES: readonly string[] = [
  '3106200',
  '3118601',
  '3106705',
  '3170206',
  '3136702',
  '3143302',
  '3127701',
  '3550308',
  '3304557',
  '4106902',
  '4314902',
  '2927408',
  '2304400',
  '2611606',
  '5300108',
  '1302603',
  '1501402',
  '5208707',
  '4205407',
  '3205309',
];

/** The message of a fresh emission, of a company that nobody else has: so no order holds it up. */
export function freshMessage(place: number, municipalityCode: string, at: Date): Work {
  const requestId = `lane-${place}`;
  const dps = { series: '1', number: place + 1 };
  const companyCnpj = String(10_000_000_000_000 + place);
  return {
    operation: 'emit',
    invoiceId: invoiceIdFor(COMPANY, requestId),
    municipalityCode,
    requestId,
    origin: 'emission',
    companyCnpj,
    dps,
    route: { authority: 'city' },
    emitted: { xmlKey: `lane-${place}/dps.xml`, tip: { version: 2, hash: 'h' }, at: at.toISOString() },
  };
}
