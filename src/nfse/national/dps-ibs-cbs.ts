import { given, type Part, part } from '../layouts/content.ts';
import type { SaleIbsCbs } from '../sale.ts';
import { decimal, items } from './dps-fields.ts';
import { recipient } from './dps-parties.ts';

/** `IBSCBS`, the part of the tax reform that the issuer declares. `finNFSe` 0, a regular note, is the only one there is. */
export function ibsCbs(taxes: SaleIbsCbs | undefined): Part | undefined {
  if (!taxes) return undefined;
  const from = '/ibsCbs';
  const notes = `${from}/referencedNotes`;
  return part(from, {
    finNFSe: '0',
    indFinal: given(`${from}/personalUse`, flag(taxes.personalUse)),
    cIndOp: given(`${from}/operationCode`, taxes.operationCode),
    tpOper: given(`${from}/governmentOperation`, taxes.governmentOperation),
    gRefNFSe: part(notes, { refNFSe: items(taxes.referencedNotes, (key, index) => given(`${notes}/${index}`, key)) }),
    tpEnteGov: given(`${from}/governmentEntity`, taxes.governmentEntity),
    indDest: taxes.recipient ? '1' : '0',
    dest: recipient(`${from}/recipient`, taxes.recipient),
    valores: part(from, { trib: part(from, { gIBSCBS: situation(from, taxes) }) }),
  });
}

function situation(from: string, { regular, deferral, ...taxes }: SaleIbsCbs): Part | undefined {
  return part(from, {
    CST: given(`${from}/cst`, taxes.cst),
    cClassTrib: given(`${from}/classification`, taxes.classification),
    cCredPres: given(`${from}/presumedCredit`, taxes.presumedCredit),
    gTribRegular:
      regular &&
      part(`${from}/regular`, {
        CSTReg: given(`${from}/regular/cst`, regular.cst),
        cClassTribReg: given(`${from}/regular/classification`, regular.classification),
      }),
    gDif:
      deferral &&
      part(`${from}/deferral`, {
        pDifUF: decimal(`${from}/deferral/stateRate`, deferral.stateRateBasisPoints),
        pDifMun: decimal(`${from}/deferral/municipalRate`, deferral.municipalRateBasisPoints),
        pDifCBS: decimal(`${from}/deferral/cbsRate`, deferral.cbsRateBasisPoints),
      }),
  });
}

function flag(value: boolean | undefined): '0' | '1' | undefined {
  return value === undefined ? undefined : value ? '1' : '0';
}
