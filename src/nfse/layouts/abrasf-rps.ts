import { rps as rps100 } from './abrasf-1-00-rps.ts';
import { declarationWith, declaration as rps203 } from './abrasf-2-03-rps.ts';
import { declaration as rps204 } from './abrasf-2-04-rps.ts';
import { LISTED_SINCE, serviceItemWith } from './abrasf-values.ts';
import type { Type } from './notation.ts';

/** `Rps`, what is declared to a city hall, in each of ABRASF's models. */
export const RPS_LAYOUTS: Readonly<Record<'1.00' | '2.03' | '2.04', Type>> = {
  '1.00': rps100,
  '2.03': rps203,
  '2.04': rps204,
};

/** The second model before 2.03, as vendors still have it. */
export const RPS_BEFORE_2_03: Type = declarationWith({
  intermediary: {},
  serviceItem: serviceItemWith(LISTED_SINCE),
});
