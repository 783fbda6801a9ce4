import { isMunicipality } from './municipality-table.ts';

declare const brand: unique symbol;
/** A municipality as IBGE numbers it: 7 digits, the first two being the state. */
export type MunicipalityCode = string & { readonly [brand]: 'MunicipalityCode' };

/** A fixed offset from UTC. Brazil has had no daylight saving time since 2019 (decree 9.772). */
export type UtcOffset = '-02:00' | '-03:00' | '-04:00' | '-05:00';

/** IBGE's number of each state, its abbreviation, and the time it keeps. */
const STATES: Readonly<Record<string, readonly [uf: string, offset: UtcOffset]>> = {
  11: ['RO', '-04:00'],
  12: ['AC', '-05:00'],
  13: ['AM', '-04:00'],
  14: ['RR', '-04:00'],
  15: ['PA', '-03:00'],
  16: ['AP', '-03:00'],
  17: ['TO', '-03:00'],
  21: ['MA', '-03:00'],
  22: ['PI', '-03:00'],
  23: ['CE', '-03:00'],
  24: ['RN', '-03:00'],
  25: ['PB', '-03:00'],
  26: ['PE', '-03:00'],
  27: ['AL', '-03:00'],
  28: ['SE', '-03:00'],
  29: ['BA', '-03:00'],
  31: ['MG', '-03:00'],
  32: ['ES', '-03:00'],
  33: ['RJ', '-03:00'],
  35: ['SP', '-03:00'],
  41: ['PR', '-03:00'],
  42: ['SC', '-03:00'],
  43: ['RS', '-03:00'],
  50: ['MS', '-04:00'],
  51: ['MT', '-04:00'],
  52: ['GO', '-03:00'],
  53: ['DF', '-03:00'],
};

/** Municipalities that keep another time than their state. */
const OWN_TIME: Readonly<Record<string, UtcOffset>> = {
  2605459: '-02:00', // Fernando de Noronha
  // West of the line from Tabatinga to Porto Acre (law 12.876/2013)
  1300201: '-05:00', // Atalaia do Norte
  1300607: '-05:00', // Benjamin Constant
  1300706: '-05:00', // Boca do Acre
  1301407: '-05:00', // Eirunepé
  1301506: '-05:00', // Envira
  1301654: '-05:00', // Guajará
  1301803: '-05:00', // Ipixuna
  1301951: '-05:00', // Itamarati
  1302306: '-05:00', // Jutaí
  1302405: '-05:00', // Lábrea
  1303502: '-05:00', // Pauini
  1303908: '-05:00', // São Paulo de Olivença
  1304062: '-05:00', // Tabatinga
};

/** Reads a municipality code: one that IBGE has given out. The digit decides nothing, nine official codes break its rule. */
export function parseMunicipalityCode(text: unknown): MunicipalityCode | undefined {
  return typeof text === 'string' && isMunicipality(text) ? (text as MunicipalityCode) : undefined;
}

/** The state's abbreviation: `SP` for 3550308. */
export function stateOf(code: MunicipalityCode): string {
  return stateRow(code)[0];
}

/** What the clocks of the municipality differ from UTC by, for the times written in its documents. */
export function utcOffsetOf(code: MunicipalityCode): UtcOffset {
  return OWN_TIME[code] ?? stateRow(code)[1];
}

function stateRow(code: MunicipalityCode): readonly [string, UtcOffset] {
  const row = STATES[code.slice(0, 2)];
  if (!row) throw new RangeError(`${code} is of no state`);
  return row;
}
