import names from './municipality-names.json' with { type: 'json' };
import { municipalitiesByState } from './municipality-table.ts';

/**
 * The municipalities' names, by state and in the order of their codes. Apart from the codes, because only people need them: the
 * command line and the back office, never a function that emits.
 *
 * @source IBGE, table of municipalities
 */
const NAMES: Readonly<Record<string, string>> = names;

/** `Belo Horizonte` for 3106200, `undefined` for a code that IBGE has not given out. */
export function municipalityName(code: string): string | undefined {
  const state = code.slice(0, 2);
  const place = municipalitiesByState().get(state)?.indexOf(code) ?? -1;
  return place < 0 ? undefined : NAMES[state]?.split(';')[place];
}
