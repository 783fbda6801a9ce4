import {
  ALPHANUMERIC,
  caepf,
  counted,
  country,
  cpf,
  date,
  email,
  environment,
  foreignNumber,
  latin,
  layoutVersion,
  money,
  municipality,
  municipalRegistration,
  NUMERIC,
  name,
  noForeignNumber,
  percent1,
  percent2,
  percent3,
  phone,
  postalCode,
  propertyRegistration,
  type Revision,
  reason,
  replacementReason,
  softwareVersion,
  yesNo,
} from './national-values.ts';
import { attributed, type Complex, choice, type Group, seq } from './notation.ts';
import { codes, digits, form, pattern, text } from './values.ts';

const foreignPlace = { cEndPost: text(1, 11), xCidade: text(1, 60), xEstProvReg: text(1, 60) };
const street = { xLgr: latin(1, 255), nro: latin(1, 60), 'xCpl?': latin(1, 156), xBairro: latin(1, 60) };

/** The city stands before the CEP. */
const address = seq(
  choice({
    endNac: seq({ cMun: municipality, CEP: postalCode }),
    endExt: seq({ cPais: country, ...foreignPlace }),
  }),
  street,
);
/** Of a place whose country the document says elsewhere. */
const siteAddress = seq(choice({ CEP: postalCode, endExt: seq(foreignPlace) }), street);

const regime = seq({
  opSimpNac: codes('1 2 3'),
  'regApTribSN?': codes('1 2 3'),
  regEspTrib: codes('0 1 2 3 4 5 6 9'),
});

/** `comExt`: what is told of an import or export. */
export const foreignTrade = seq({
  mdPrestacao: codes('0 1 2 3 4'),
  vincPrest: codes('0 1 2 3 4 5 6 9'),
  tpMoeda: digits(3),
  vServMoeda: money,
  mecAFComexP: codes('00 01 02 03 04 05 06 07 08'),
  mecAFComexT: codes(twoDigits(0, 26)),
  movTempBens: codes('0 1 2 3'),
  'nDI?': latin(1, 12),
  'nRE?': latin(1, 12),
  mdic: yesNo,
});

/** `piscofins`: own debits of PIS and COFINS. */
export const contributions = seq({
  CST: codes(`${twoDigits(0, 9)} 49 ${twoDigits(50, 56)} ${twoDigits(60, 67)} ${twoDigits(70, 75)} 98 99`),
  'vBCPisCofins?': money,
  'pAliqPis?': percent2,
  'pAliqCofins?': percent2,
  'vPis?': money,
  'vCofins?': money,
  'tpRetPisCofins?': codes('0 1 2 3 4 5 6 7 8 9'),
});

/** Address of the issuer as the authority writes it into a note. */
export const issuerAddress = seq({ ...street, cMun: municipality, UF: states(), CEP: postalCode });

/** Where the declaration has what Technical Note 009 moves: `finNFSe`, `indDest`, `dest`, `CST` and `cClassTrib`. */
type Positions = 'layout-1.01' | 'note-009';

/**
 * The declaration of services (DPS), layout 1.01, before it is signed.
 *
 * @source NFS-e national layout 1.01 (2026-02-09), DPS; facts §6 and §7. Technical Note 009 v1.01, Annex VI v1.04.00: no schema of it is
 *   published, and it has more than these positions
 */
function declaration(revision: Revision, positions: Positions = 'layout-1.01'): Group {
  const { cnpj, accessKey, dateTime } = revision;
  const identity = choice({ CNPJ: cnpj, CPF: cpf, NIF: foreignNumber, cNaoNIF: noForeignNumber });
  const contact = { 'end?': address, 'fone?': phone, 'email?': email };
  const registrations = { 'CAEPF?': caepf, 'IM?': municipalRegistration };
  const party = seq(identity, { ...registrations, xNome: name, ...contact });
  const moves = positions === 'note-009';

  return seq({
    infDPS: attributed(
      { Id: revision.dpsId },
      seq(
        {
          tpAmb: environment,
          dhEmi: dateTime,
          verAplic: softwareVersion,
          serie: revision.series,
          nDPS: counted(15),
          dCompet: date,
          tpEmit: codes('1 2 3'),
          'cMotivoEmisTI?': codes('1 2 3 4'),
        },
        moves ? { finNFSe: codes('0') } : {},
        {
          'chNFSeRej?': accessKey,
          cLocEmi: municipality,
          'subst?': seq({ chSubstda: accessKey, cMotivo: replacementReason, 'xMotivo?': reason }),
          prest: seq(identity, { ...registrations, 'xNome?': name, ...contact, regTrib: regime }),
          'toma?': party,
        },
        moves ? { 'indDest?': yesNo, 'dest?': recipient(identity) } : {},
        {
          'interm?': party,
          serv: service(revision),
          valores: seq({
            vServPrest: seq({ 'vReceb?': money, vServ: money }),
            'vDescCondIncond?': seq({ 'vDescIncond?': money, 'vDescCond?': money }),
            'vDedRed?': deductions(revision, party),
            trib: taxes(),
          }),
          'IBSCBS?': consumptionTaxes(revision, identity, positions),
        },
      ),
    ),
  });
}

/** The declaration in both revisions of layout 1.01, with letters in a CNPJ and with digits alone, before it is signed. */
export const DECLARED = { alphanumeric: declaration(ALPHANUMERIC), numeric: declaration(NUMERIC) } as const;

/** `DPS` around what is declared, and around its signature once there is one. */
export function dps(content: Group): Complex {
  return attributed({ versao: layoutVersion }, content);
}

export const DECLARATIONS = {
  alphanumeric: dps(DECLARED.alphanumeric),
  numeric: dps(DECLARED.numeric),
  note009: dps(declaration(ALPHANUMERIC, 'note-009')),
} as const;

function service({ lines, municipalServiceCode }: Revision): Group {
  return seq({
    locPrest: choice({ cLocPrestacao: municipality, cPaisPrestacao: country }),
    cServ: seq({
      cTribNac: digits(6),
      'cTribMun?': municipalServiceCode,
      xDescServ: lines,
      'cNBS?': digits(9),
      'cIntContrib?': pattern('[a-zA-Z0-9]{1,20}', '1 a 20 letras sem acento ou dígitos'),
    }),
    'comExt?': foreignTrade,
    'obra?': seq(
      { 'inscImobFisc?': propertyRegistration },
      choice({ cObra: text(1, 30), cCIB: text(8, 8), end: siteAddress }),
    ),
    'atvEvento?': seq(
      { xNome: latin(1, 255), dtIni: date, dtFim: date },
      choice({ idAtvEvt: text(1, 30), end: siteAddress }),
    ),
    'infoCompl?': seq({
      'idDocTec?': text(1, 40),
      'docRef?': latin(1, 255),
      'xPed?': latin(1, 60),
      'gItemPed?': seq({ 'xItemPed{1,99}': latin(1, 60) }),
      'xInfComp?': latin(1, 2000),
    }),
  });
}

function deductions({ accessKey, goodsKey }: Revision, supplier: Group): Group {
  const document = seq(
    choice({
      chNFSe: accessKey,
      chNFe: goodsKey,
      NFSeMun: seq({
        cMunNFSeMun: municipality,
        nNFSeMun: digits(15),
        cVerifNFSeMun: pattern('[a-zA-Z0-9]{1,9}', '1 a 9 letras ou dígitos'),
      }),
      NFNFS: seq({
        nNFS: digits(7),
        modNFS: digits(15),
        serieNFS: pattern('[a-zA-Z0-9]{1,15}', '1 a 15 letras ou dígitos'),
      }),
      nDocFisc: latin(1, 255),
      nDoc: latin(1, 255),
    }),
    {
      tpDedRed: codes('1 2 3 4 5 6 7 8 9 99'),
      'xDescOutDed?': latin(1, 150),
      dtEmiDoc: form('date'),
      vDedutivelRedutivel: money,
      vDeducaoReducao: money,
      'fornec?': supplier,
    },
  );
  return choice({ pDR: percent3, vDR: money, documentos: seq({ 'docDedRed{1,1000}': document }) });
}

function taxes(): Group {
  const perSphere = (prefix: string, type: typeof money) =>
    seq({ [`${prefix}Fed`]: type, [`${prefix}Est`]: type, [`${prefix}Mun`]: type });
  return seq({
    tribMun: seq({
      tribISSQN: codes('1 2 3 4'),
      'cPaisResult?': country,
      'tpImunidade?': codes('0 1 2 3 4 5'),
      'exigSusp?': seq({ tpSusp: codes('1 2'), nProcesso: digits(30) }),
      'BM?': seq({ nBM: digits(14) }, choice({ 'vRedBCBM?': money, 'pRedBCBM?': percent3 })),
      tpRetISSQN: codes('1 2 3'),
      'pAliq?': percent1,
    }),
    'tribFed?': seq({
      'piscofins?': contributions,
      'vRetCP?': money,
      'vRetIRRF?': money,
      'vRetCSLL?': money,
    }),
    totTrib: choice({
      vTotTrib: perSphere('vTotTrib', money),
      pTotTrib: perSphere('pTotTrib', percent3),
      indTotTrib: codes('0'),
      pTotTribSN: percent2,
    }),
  });
}

/** The declared part of IBS and CBS, the taxes of the reform. */
function consumptionTaxes({ accessKey }: Revision, identity: Group, positions: Positions): Group {
  const document = seq(
    choice({
      dFeNacional: seq({ tipoChaveDFe: codes('1 2 3 9'), 'xTipoChaveDFe?': latin(1, 255), chaveDFe: text(1, 50) }),
      docFiscalOutro: seq({ cMunDocFiscal: digits(7), nDocFiscal: latin(1, 255), xDocFiscal: latin(1, 255) }),
      docOutro: seq({ nDoc: latin(1, 255), xDoc: latin(1, 255) }),
    }),
    {
      'fornec?': seq(identity, { xNome: latin(1, 150) }),
      dtEmiDoc: date,
      dtCompDoc: date,
      tpReeRepRes: codes('01 02 03 04 99'),
      'xTpReeRepRes?': latin(1, 150),
      vlrReeRepRes: money,
    },
  );
  const moves = positions === 'note-009';
  const classification = { CST: digits(3), cClassTrib: digits(6) };
  const detail = {
    'cCredPres?': digits(2),
    'gTribRegular?': seq({ CSTReg: digits(3), cClassTribReg: digits(6) }),
    'gDif?': seq({ pDifUF: percent3, pDifMun: percent3, pDifCBS: percent3 }),
  };
  return seq(
    moves ? {} : { finNFSe: codes('0') },
    { 'indFinal?': yesNo, [moves ? 'cIndOp?' : 'cIndOp']: digits(6) },
    {
      'tpOper?': codes('1 2 3 4 5'),
      'gRefNFSe?': seq({ 'refNFSe{1,99}': accessKey }),
      'tpEnteGov?': codes('1 2 3 4'),
    },
    moves ? {} : { indDest: yesNo, 'dest?': recipient(identity) },
    {
      'imovel?': seq({ 'inscImobFisc?': propertyRegistration }, choice({ cCIB: text(8, 8), end: siteAddress })),
      valores: seq({
        'gReeRepRes?': seq({ 'documentos{1,1000}': document }),
        trib: moves
          ? seq({ ...classification, 'gIBSCBS?': seq(detail) })
          : seq({ gIBSCBS: seq({ ...classification, ...detail }) }),
      }),
    },
  );
}

/** Who receives the service where it is not the customer. */
function recipient(identity: Group): Group {
  return seq(identity, { xNome: latin(1, 150), 'end?': address, 'fone?': phone, 'email?': email });
}

function states() {
  return codes('AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO');
}

function twoDigits(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(2, '0')).join(' ');
}
