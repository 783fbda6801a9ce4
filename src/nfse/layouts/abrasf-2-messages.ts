import { batchMessages, date, dateTime, document, header, messages, rpsIdentity } from './abrasf-groups.ts';
import { batchNumber, batchStatus, noteNumber, protocol, version } from './abrasf-values.ts';
import { attributed, choice, type Elements, type Group, type Layout, seq, type Type, times } from './notation.ts';
import { signable, signedPart } from './signed.ts';
import { decimal, type ValueType } from './values.ts';
import { signature } from './xmldsig.ts';

/** Where the messages of 2.03 and 2.04 differ. */
export interface Model2 {
  readonly tag: ValueType;
  readonly quantity: ValueType;
  /** Parties of a search. */
  readonly provider: Type;
  readonly consultant: Type;
  readonly party: Type;
  /** Who sends a batch: a group of its own, or the fields themselves. */
  readonly batchSender: Elements;
  /** `InfDeclaracaoPrestacaoServico` and its signature. */
  readonly declaration: Group;
  /** `CompNfse` */
  readonly note: Group;
  /** `InfPedidoCancelamento` and its signature. */
  readonly cancellationRequest: Group;
  readonly cancellation: Type;
  /** Which notes to search for, but for the parties. */
  readonly criteria: readonly (Elements | Group)[];
  readonly lastOfRange: Elements;
  /** What follows the notes of a page. */
  readonly pageEnd: Elements;
  /** How many notes one answer about a batch may hold. */
  readonly notesMark: '+' | '{1,50}';
  /** Whether the answer about a batch may be its status alone. */
  readonly statusAlone: boolean;
}

export const page = decimal({ fraction: 0, least: 1, most: 999_999 });
export const period = seq({ DataInicial: date, DataFinal: date });

/**
 * How a layout of the model 2 is made: its messages around a declaration (`unsigned`).
 *
 * @param modelOf what the version has around a signed declaration
 */
export function layoutsOf(modelOf: (declaration: Group) => Model2): (name: string, unsigned: Group) => Layout {
  return (name, unsigned) => ({
    name,
    namespace: 'http://www.abrasf.org.br/nfse.xsd',
    roots: messages2(modelOf(signable(unsigned))),
    rootsApart: false,
  });
}

/**
 * The messages of the model 2, by the name of their root.
 *
 * @source ABRASF NFS-e 2.04 and 2.03; facts §2
 */
function messages2(model: Model2): Readonly<Record<string, Type>> {
  const { declaration, note, tag } = model;
  const complaint = { ListaMensagemRetorno: messages };
  const batchComplaint = { ListaMensagemRetornoLote: batchMessages };
  const alerts = { 'ListaMensagemAlertaRetorno?': messages };
  const batch = seq({
    LoteRps: attributed(
      { 'Id?': tag, versao: version },
      seq({
        NumeroLote: batchNumber,
        ...model.batchSender,
        QuantidadeRps: model.quantity,
        ListaRps: seq({ 'Rps+': declaration }),
      }),
    ),
    'Signature?': signature,
  });
  const receipt = { NumeroLote: batchNumber, DataRecebimento: dateTime, Protocolo: protocol };
  const someNotes = seq({ 'CompNfse+': note, ...alerts });
  const notesOfBatch = seq({ [`CompNfse${model.notesMark}`]: note, ...alerts });
  const pageOfNotes = choice({ ListaNfse: seq({ 'CompNfse{1,50}': note, ...model.pageEnd }), ...complaint });
  const parties = { 'Tomador?': model.party, 'Intermediario?': model.party };

  return {
    cabecalho: header,
    CompNfse: note,
    ListaMensagemRetorno: messages,
    ListaMensagemRetornoLote: batchMessages,
    ListaMensagemAlertaRetorno: messages,
    EnviarLoteRpsEnvio: batch,
    EnviarLoteRpsResposta: choice(seq(receipt), complaint),
    EnviarLoteRpsSincronoEnvio: batch,
    EnviarLoteRpsSincronoResposta: seq(
      { 'NumeroLote?': batchNumber, 'DataRecebimento?': dateTime, 'Protocolo?': protocol },
      choice({ ListaNfse: someNotes, ...complaint, ...batchComplaint }),
    ),
    GerarNfseEnvio: seq({ Rps: declaration }),
    GerarNfseResposta: choice({ ListaNfse: seq({ CompNfse: note, ...alerts }), ...complaint }),
    CancelarNfseEnvio: seq({ Pedido: model.cancellationRequest }),
    CancelarNfseResposta: choice({ RetCancelamento: seq({ NfseCancelamento: model.cancellation }), ...complaint }),
    SubstituirNfseEnvio: seq(
      signedPart('SubstituicaoNfse', seq({ Pedido: model.cancellationRequest, Rps: declaration }), tag),
    ),
    SubstituirNfseResposta: choice({
      RetSubstituicao: seq({
        NfseSubstituida: seq({ CompNfse: note, ...alerts }),
        NfseSubstituidora: seq({ CompNfse: note }),
      }),
      ...complaint,
    }),
    ConsultarLoteRpsEnvio: seq({ Prestador: model.provider, Protocolo: protocol }),
    ConsultarLoteRpsResposta: seq(
      { Situacao: batchStatus },
      times(model.statusAlone ? 0 : 1, 1, choice({ ListaNfse: notesOfBatch, ...complaint, ...batchComplaint })),
    ),
    ConsultarNfseRpsEnvio: seq({ IdentificacaoRps: rpsIdentity, Prestador: model.provider }),
    ConsultarNfseRpsResposta: choice({ CompNfse: note, ...complaint }),
    ConsultarNfseServicoPrestadoEnvio: seq({ Prestador: model.provider }, ...model.criteria, {
      ...parties,
      Pagina: page,
    }),
    ConsultarNfseServicoPrestadoResposta: pageOfNotes,
    ConsultarNfseServicoTomadoEnvio: seq({ Consulente: model.consultant }, ...model.criteria, {
      'Prestador?': model.party,
      ...parties,
      Pagina: page,
    }),
    ConsultarNfseServicoTomadoResposta: pageOfNotes,
    ConsultarNfseFaixaEnvio: seq({
      Prestador: model.provider,
      Faixa: seq({ NumeroNfseInicial: noteNumber, ...model.lastOfRange }),
      Pagina: page,
    }),
    ConsultarNfseFaixaResposta: pageOfNotes,
  };
}

/** A party by its document, or by its registration in the city, as the model demands of either. */
export function identity(documentMark: '' | '?', registration: ValueType): Group {
  return seq({ [`CpfCnpj${documentMark}`]: document, 'InscricaoMunicipal?': registration });
}
