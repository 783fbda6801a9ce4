import { given, type Part, part } from '../layouts/content.ts';
import type { SaleIbsCbs, SaleProperty, SaleReimbursement } from '../sale.ts';
import { decimal, demandedLine, items, line } from './dps-fields.ts';
import { named, place, recipient } from './dps-parties.ts';

/** `IBSCBS`, the part of the tax reform that the issuer declares. `finNFSe` 0, a regular note, is the only one there is. */
export function ibsCbs(taxes: SaleIbsCbs | undefined): Part | undefined {
  if (!taxes) return undefined;
  const from = '/ibsCbs';
  const notes = `${from}/referencedNotes`;
  const reimbursed = `${from}/reimbursements`;
  return part(from, {
    finNFSe: '0',
    indFinal: given(`${from}/personalUse`, flag(taxes.personalUse)),
    cIndOp: given(`${from}/operationCode`, taxes.operationCode),
    tpOper: given(`${from}/governmentOperation`, taxes.governmentOperation),
    gRefNFSe: part(notes, { refNFSe: items(taxes.referencedNotes, (key, index) => given(`${notes}/${index}`, key)) }),
    tpEnteGov: given(`${from}/governmentEntity`, taxes.governmentEntity),
    indDest: taxes.recipient ? '1' : '0',
    dest: recipient(`${from}/recipient`, taxes.recipient),
    imovel: property(`${from}/property`, taxes.property),
    valores: part(from, {
      gReeRepRes: part(reimbursed, {
        documentos: items(taxes.reimbursements, (one, index) => reimbursement(`${reimbursed}/${index}`, one)),
      }),
      trib: part(from, { gIBSCBS: situation(from, taxes) }),
    }),
  });
}

function property(from: string, property: SaleProperty | undefined): Part | undefined {
  if (!property) return undefined;
  return part(from, {
    inscImobFisc: line(`${from}/propertyRegistration`, property.propertyRegistration),
    cCIB: given(`${from}/cib`, property.cib),
    end: place(`${from}/place`, property.place),
  });
}

function reimbursement(from: string, reimbursement: SaleReimbursement): Part | undefined {
  const { electronicDocument: electronic, fiscalDocument: fiscal, otherDocument: other } = reimbursement;
  return part(from, {
    dFeNacional:
      electronic &&
      part(`${from}/electronicDocument`, {
        tipoChaveDFe: given(`${from}/electronicDocument/kind`, electronic.kind),
        xTipoChaveDFe: line(`${from}/electronicDocument/otherKind`, electronic.otherKind),
        chaveDFe: demandedLine(`${from}/electronicDocument/key`, electronic.key),
      }),
    docFiscalOutro:
      fiscal &&
      part(`${from}/fiscalDocument`, {
        cMunDocFiscal: given(`${from}/fiscalDocument/municipalityCode`, fiscal.municipalityCode),
        nDocFiscal: demandedLine(`${from}/fiscalDocument/number`, fiscal.number),
        xDocFiscal: demandedLine(`${from}/fiscalDocument/description`, fiscal.description),
      }),
    docOutro:
      other &&
      part(`${from}/otherDocument`, {
        nDoc: demandedLine(`${from}/otherDocument/number`, other.number),
        xDoc: demandedLine(`${from}/otherDocument/description`, other.description),
      }),
    fornec: named(`${from}/supplier`, reimbursement.supplier),
    dtEmiDoc: given(`${from}/issueDate`, reimbursement.issueDate),
    dtCompDoc: given(`${from}/competenceDate`, reimbursement.competenceDate),
    tpReeRepRes: given(`${from}/kind`, reimbursement.kind),
    xTpReeRepRes: line(`${from}/otherKind`, reimbursement.otherKind),
    vlrReeRepRes: decimal(`${from}/amount`, reimbursement.amount),
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
