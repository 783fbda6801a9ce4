import { serviceCode } from '../service-codes.ts';
import type { Part } from './rules.ts';

/** What several of the rules of a declaration ask of it. Everything is `undefined` or `false` where the declaration does not say. */

const SIMPLES = 'prest/regTrib/opSimpNac';
const SPECIAL_REGIME = 'prest/regTrib/regEspTrib';
const TAXATION = 'valores/trib/tribMun/tribISSQN';
const WITHHELD = 'valores/trib/tribMun/tpRetISSQN';

export const isMei = (info: Part): boolean => info.text(SIMPLES) === '2';

export const isMeEpp = (info: Part): boolean => info.text(SIMPLES) === '3';

export const isOutsideSimples = (info: Part): boolean => info.text(SIMPLES) === '1';

/** ME/EPP whose ISS is in the monthly Simples slip. */
export const isIssInsideSimples = (info: Part): boolean =>
  isMeEpp(info) && info.text('prest/regTrib/regApTribSN') === '1';

/** `regEspTrib` other than 0. */
export const hasSpecialRegime = (info: Part): boolean => !['0', undefined].includes(info.text(SPECIAL_REGIME));

/** `regEspTrib` 5, the only special regime that is allowed where the ISS is due elsewhere. */
export const isAutonomousProfessional = (info: Part): boolean => info.text(SPECIAL_REGIME) === '5';

export const isExport = (info: Part): boolean => info.text(TAXATION) === '3';

export const isImmune = (info: Part): boolean => info.text(TAXATION) === '2';

/** Immune, exported, or not subject to the ISS. */
export const isNotTaxed = (info: Part): boolean => ['2', '3', '4'].includes(info.text(TAXATION) ?? '');

export const isWithheldByCustomer = (info: Part): boolean => info.text(WITHHELD) === '2';

export const isWithheld = (info: Part): boolean => ['2', '3'].includes(info.text(WITHHELD) ?? '');

export const listedService = (info: Part) => serviceCode(info.text('serv/cServ/cTribNac') ?? '');

/** The municipality to which the ISS is due, by the service. LC 116/2003, art. 3. */
export function issDueTo(info: Part): string | undefined {
  if (isExport(info)) return undefined;
  switch (listedService(info)?.incidence) {
    case 'PLACE_OF_SERVICE':
      return info.text('serv/locPrest/cLocPrestacao');
    case 'CUSTOMER':
      return info.text('toma/end/endNac/cMun');
    case 'PROVIDER':
      return info.text('cLocEmi');
    case 'NONE':
    case undefined:
      return undefined;
  }
}
