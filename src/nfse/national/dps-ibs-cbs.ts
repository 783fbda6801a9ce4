import type { SaleIbsCbs } from '../sale.ts';
import { group, leaf } from '../xml.ts';
import { decimal } from './dps-fields.ts';
import { recipient } from './dps-parties.ts';

/** `IBSCBS`, the part of the tax reform that the issuer declares. `finNFSe` 0, a regular note, is the only one there is. */
export function ibsCbs(given: SaleIbsCbs | undefined): string {
  if (!given) return '';
  const { personalUse, regular, deferral } = given;
  return group(
    'IBSCBS',
    leaf('finNFSe', '0'),
    leaf('indFinal', personalUse === undefined ? undefined : personalUse ? '1' : '0'),
    leaf('cIndOp', given.operationCode),
    leaf('tpOper', given.governmentOperation),
    group('gRefNFSe', ...(given.referencedNotes ?? []).map((key) => leaf('refNFSe', key))),
    leaf('tpEnteGov', given.governmentEntity),
    leaf('indDest', given.recipient ? '1' : '0'),
    recipient(given.recipient, '/ibsCbs/recipient'),
    group(
      'valores',
      group(
        'trib',
        group(
          'gIBSCBS',
          leaf('CST', given.cst),
          leaf('cClassTrib', given.classification),
          leaf('cCredPres', given.presumedCredit),
          regular
            ? group('gTribRegular', leaf('CSTReg', regular.cst), leaf('cClassTribReg', regular.classification))
            : '',
          deferral
            ? group(
                'gDif',
                leaf('pDifUF', decimal(deferral.stateRateBasisPoints)),
                leaf('pDifMun', decimal(deferral.municipalRateBasisPoints)),
                leaf('pDifCBS', decimal(deferral.cbsRateBasisPoints)),
              )
            : '',
        ),
      ),
    ),
  );
}
