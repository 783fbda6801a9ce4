import {
  cpf,
  environment,
  layoutVersion,
  type Revision,
  reason,
  replacementReason,
  softwareVersion,
} from './national-values.ts';
import { attributed, type Complex, choice, type Elements, type Group, seq } from './notation.ts';
import { codes, digits, literals } from './values.ts';
import { signature } from './xmldsig.ts';

/**
 * The request to register an event, layout 1.01. `xDesc` is a fixed text for each event, accents and case included.
 *
 * @source NFS-e national layout 1.01 (2026-02-09), pedRegEvento; facts §8
 */
export function eventRequest(revision: Revision): Complex {
  return attributed(
    { versao: layoutVersion },
    seq({
      infPedReg: attributed(
        { Id: revision.eventRequestId },
        seq(
          { tpAmb: environment, verAplic: softwareVersion, dhEvento: revision.dateTime },
          choice({ CNPJAutor: revision.cnpj, CPFAutor: cpf }),
          { chNFSe: revision.accessKey },
          choice(events(revision)),
        ),
      ),
      'Signature?': signature,
    }),
  );
}

/** The registered event: the request, and what the authority adds. */
export function registeredEvent({ eventId, dateTime }: Revision, request: Complex): Complex {
  return attributed(
    { versao: layoutVersion },
    seq({
      infEvento: attributed(
        { Id: eventId },
        seq({
          verAplic: softwareVersion,
          ambGer: codes('1 2 3'),
          nSeqEvento: digits(1, 3),
          dhProc: dateTime,
          nDFSe: digits(1, 13),
          pedRegEvento: request,
        }),
      ),
      Signature: signature,
    }),
  );
}

const official = { CPFAgTrib: cpf };
const caseNumber = digits(1, 30);
const rejection = { cMotivo: codes('1 2 3 4 5 9'), 'xMotivo?': reason };

function events({ accessKey, eventNumber }: Revision): Elements {
  return {
    e101101: event('Cancelamento de NFS-e', { cMotivo: codes('1 2 9'), xMotivo: reason }),
    e105102: event('Cancelamento de NFS-e por Substituição', {
      cMotivo: replacementReason,
      'xMotivo?': reason,
      chSubstituta: accessKey,
    }),
    e101103: event('Solicitação de Análise Fiscal para Cancelamento de NFS-e', {
      cMotivo: codes('1 2 9'),
      xMotivo: reason,
    }),
    e105104: event('Cancelamento de NFS-e Deferido por Análise Fiscal', {
      ...official,
      'nProcAdm?': caseNumber,
      cMotivo: codes('1'),
      xMotivo: reason,
    }),
    e105105: event('Cancelamento de NFS-e Indeferido por Análise Fiscal', {
      ...official,
      'nProcAdm?': caseNumber,
      cMotivo: codes('1 2'),
      xMotivo: reason,
    }),
    e202201: event('Manifestação de NFS-e - Confirmação do Prestador'),
    e203202: event('Manifestação de NFS-e - Confirmação do Tomador'),
    e204203: event('Manifestação de NFS-e - Confirmação do Intermediário'),
    e205204: event('Manifestação de NFS-e - Confirmação Tácita'),
    e202205: event('Manifestação de NFS-e - Rejeição do Prestador', rejection),
    e203206: event('Manifestação de NFS-e - Rejeição do Tomador', rejection),
    e204207: event('Manifestação de NFS-e - Rejeição do Intermediário', rejection),
    e205208: event('Manifestação de NFS-e - Anulação da Rejeição', {
      ...official,
      idEvManifRej: eventNumber,
      xMotivo: reason,
    }),
    e305101: event('Cancelamento de NFS-e por Ofício', { ...official, nProcAdm: caseNumber, xProcAdm: reason }),
    e305102: event('Bloqueio de NFS-e por Ofício', {
      ...official,
      codEvento: codes('e101101 e105102 e105104 e105105 e305101'),
      xMotivo: reason,
    }),
    e305103: event('Desbloqueio de NFS-e por Ofício', { ...official, idBloqOfic: eventNumber }),
  };
}

function event(description: string, fields: Elements = {}): Group {
  return seq({ xDesc: literals(description), ...fields });
}
