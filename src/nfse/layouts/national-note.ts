import { issuerAddress } from './national-declaration.ts';
import {
  counted,
  cpf,
  email,
  latin,
  layoutVersion,
  money,
  municipality,
  municipalRegistration,
  name,
  percent1,
  percent2,
  percent3,
  phone,
  type Revision,
  softwareVersion,
} from './national-values.ts';
import { attributed, type Complex, choice, type Group, seq, type Type } from './notation.ts';
import { codes, text } from './values.ts';
import { signature } from './xmldsig.ts';

/**
 * The authorised note (NFS-e), layout 1.01: what the authority adds around the declaration.
 *
 * @source NFS-e national layout 1.01 (2026-02-09), NFS-e; facts §7 and §8
 */
export function note({ cnpj, nfseId, dateTime, lines }: Revision, declaration: Type): Complex {
  return attributed(
    { versao: layoutVersion },
    seq({
      infNFSe: attributed(
        { Id: nfseId },
        seq({
          xLocEmi: latin(1, 150),
          xLocPrestacao: latin(1, 150),
          nNFSe: counted(13),
          'cLocIncid?': municipality,
          'xLocIncid?': latin(1, 150),
          xTribNac: latin(1, 600),
          'xTribMun?': latin(1, 600),
          'xNBS?': latin(1, 600),
          verAplic: softwareVersion,
          ambGer: codes('1 2'),
          tpEmis: codes('1 2'),
          'procEmi?': codes('1 2 3'),
          // 101, the issue of a replacement, is in the prose but not in the schema.
          cStat: codes('100 102 103 107'),
          dhProc: dateTime,
          nDFSe: counted(13),
          emit: seq(choice({ CNPJ: cnpj, CPF: cpf }), {
            'IM?': municipalRegistration,
            xNome: name,
            'xFant?': text(1, 150),
            enderNac: issuerAddress,
            'fone?': phone,
            'email?': email,
          }),
          valores: seq({
            'vCalcDR?': money,
            'tpBM?': codes('1 2 3 4'),
            'vCalcBM?': money,
            'vBC?': money,
            'pAliqAplic?': percent1,
            'vISSQN?': money,
            'vTotalRet?': money,
            vLiq: money,
          }),
          'xOutInf?': lines,
          'IBSCBS?': consumptionTaxes(),
          DPS: declaration,
        }),
      ),
      Signature: signature,
    }),
  );
}

/** IBS and CBS as the authority has worked them out. */
function consumptionTaxes(): Group {
  return seq({
    cLocalidadeIncid: municipality,
    xLocalidadeIncid: latin(1, 600),
    'pRedutor?': percent2,
    valores: seq({
      vBC: money,
      'vCalcReeRepRes?': money,
      uf: seq({ pIBSUF: percent2, 'pRedAliqUF?': percent3, pAliqEfetUF: percent2 }),
      mun: seq({ pIBSMun: percent2, 'pRedAliqMun?': percent3, pAliqEfetMun: percent2 }),
      fed: seq({ pCBS: percent2, 'pRedAliqCBS?': percent3, pAliqEfetCBS: percent2 }),
    }),
    totCIBS: seq({
      vTotNF: money,
      gIBS: seq({
        vIBSTot: money,
        'gIBSCredPres?': seq({ pCredPresIBS: percent2, vCredPresIBS: money }),
        gIBSUFTot: seq({ 'vDifUF?': money, vIBSUF: money }),
        gIBSMunTot: seq({ 'vDifMun?': money, vIBSMun: money }),
      }),
      gCBS: seq({
        'gCBSCredPres?': seq({ pCredPresCBS: percent2, vCredPresCBS: money }),
        'vDifCBS?': money,
        vCBS: money,
      }),
      'gTribRegular?': seq({
        pAliqEfeRegIBSUF: percent2,
        vTribRegIBSUF: money,
        pAliqEfeRegIBSMun: percent2,
        vTribRegIBSMun: money,
        pAliqEfeRegCBS: percent2,
        vTribRegCBS: money,
      }),
      'gTribCompraGov?': seq({
        pIBSUF: percent2,
        vIBSUF: money,
        pIBSMun: percent2,
        vIBSMun: money,
        pCBS: percent2,
        vCBS: money,
      }),
    }),
  });
}
