import type { TaxReformVendor } from '../abrasf/operations.ts';
import { declarationWith as declaration203 } from './abrasf-2-03-rps.ts';
import { declarationWith as declaration204 } from './abrasf-2-04-rps.ts';
import { LISTED_SINCE, serviceItemWith } from './abrasf-values.ts';
import { contributions, foreignTrade } from './national-declaration.ts';
import { money, municipality, percent2, percent3, yesNo } from './national-values.ts';
import { choice, type Elements, type Group, seq } from './notation.ts';
import { codes, digits, text } from './values.ts';

/**
 * The vendors' layouts of 2026: ABRASF's with places for IBS and CBS, each in its own way. Only what the service writes is here.
 *
 * @source the vendors' schemas as released clients of August 2026 have them
 */

const situation: Elements = { CST: digits(3), cClassTrib: digits(6) };

const group: Elements = {
  finNFSe: codes('0'),
  indFinal: yesNo,
  cIndOp: digits(6),
  'tpOper?': codes('1 2 3 4 5'),
};

const presentItem = serviceItemWith(LISTED_SINCE);

const webiss = declaration203({
  serviceItem: presentItem,
  intermediary: {},
  declaration: {
    'IBSCBS?': seq(group, { indDest: yesNo, valores: seq({ trib: seq({ gIBSCBS: seq(situation) }) }) }),
  },
});

const giss = declaration204({
  // Its list ends at 25.04.
  serviceItem: serviceItemWith(LISTED_SINCE.filter((item) => item < '25')),
  values: {
    'trib?': seq({
      'tribFed?': seq({ piscofins: contributions }),
      totTrib: choice({
        pTotTrib: seq({ pTotTribFed: percent3, pTotTribEst: percent3, pTotTribMun: percent3 }),
        pTotTribSN: percent2,
      }),
    }),
    'IBSCBS?': seq(group, {
      'gRefNFSe?': seq({ 'refNFSe{1,99}': text(1, 50) }),
      'tpEnteGov?': codes('1 2 3 4'),
      indDest: yesNo,
      valores: seq({ trib: seq({ gIBSCBS: seq(situation) }), cLocalidadeIncid: municipality, pRedutor: money }),
    }),
  },
  service: { 'comExt?': foreignTrade },
});

const tiplan = declaration203({
  serviceItem: presentItem,
  service: {
    'IBSCBS?': seq({
      'OperacaoUsoConsumoPessoal?': yesNo,
      Operacao: digits(6),
      ValoresTributos: seq({ SituacaoTributaria: digits(3), ClassificacaoTributaria: digits(6) }),
    }),
  },
});

const nfecidades = declaration203({
  serviceItem: presentItem,
  intermediary: {},
  service: { 'CodigoNBS?': digits(9), 'CIndOp?': digits(6), 'CClassTribReg?': digits(6) },
});

/** `Rps` with places for IBS and CBS, by vendor. */
export const TAX_REFORM_LAYOUTS: Readonly<Record<TaxReformVendor, Group>> = { webiss, giss, tiplan, nfecidades };
