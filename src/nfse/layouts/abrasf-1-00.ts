import {
  address,
  construction,
  contact,
  customer,
  intermediary,
  name,
  party,
  provider,
  regime,
  service,
  state,
  rps as unsigned,
} from './abrasf-1-00-rps.ts';
import {
  batchMessages,
  date,
  dateTime,
  header,
  messages,
  noteWithFate,
  rpsIdentity,
  versioned,
} from './abrasf-groups.ts';
import {
  batchNumber,
  batchStatus,
  cnpj,
  integer,
  money,
  municipality,
  municipalRegistration,
  noteNumber,
  protocol,
  tag,
  verificationCode,
  version,
} from './abrasf-values.ts';
import { attributed, choice, type Layout, seq } from './notation.ts';
import { signable, signedPart } from './signed.ts';
import { trimmed } from './values.ts';
import { signature } from './xmldsig.ts';

const rps = signable(unsigned);

const note = versioned(
  seq({
    InfNfse: attributed(
      { 'Id?': tag },
      seq({
        Numero: noteNumber,
        CodigoVerificacao: verificationCode,
        DataEmissao: dateTime,
        'IdentificacaoRps?': rpsIdentity,
        'DataEmissaoRps?': date,
        ...regime,
        Competencia: dateTime,
        'NfseSubstituida?': noteNumber,
        'OutrasInformacoes?': trimmed(1, 255),
        Servico: service,
        'ValorCredito?': money,
        PrestadorServico: seq({
          IdentificacaoPrestador: provider,
          RazaoSocial: name,
          'NomeFantasia?': trimmed(1, 60),
          Endereco: address,
          'Contato?': contact,
        }),
        'TomadorServico?': customer,
        'IntermediarioServico?': intermediary,
        OrgaoGerador: seq({ CodigoMunicipio: municipality, Uf: state }),
        ...construction,
      }),
    ),
    'Signature{1,2}': signature,
  }),
);

const cancellationRequest = seq(
  signedPart(
    'InfPedidoCancelamento',
    seq({
      IdentificacaoNfse: seq({
        Numero: noteNumber,
        Cnpj: cnpj,
        'InscricaoMunicipal?': municipalRegistration,
        CodigoMunicipio: municipality,
      }),
      CodigoCancelamento: trimmed(1, 4),
    }),
  ),
);

const cancellation = versioned(
  seq({
    Confirmacao: attributed({ 'Id?': tag }, seq({ Pedido: cancellationRequest, DataHoraCancelamento: dateTime })),
    Signature: signature,
  }),
);

const replacement = versioned(
  seq({
    SubstituicaoNfse: attributed({ 'Id?': tag }, seq({ NfseSubstituidora: noteNumber })),
    'Signature{1,2}': signature,
  }),
);

const noteAndFate = noteWithFate(note, cancellation, replacement);
const cancellations = seq({ 'NfseCancelamento+': cancellation });
const complaint = { ListaMensagemRetorno: messages };
const byProtocol = seq({ Prestador: provider, Protocolo: protocol });

/**
 * ABRASF 1.00. The published schema has the namespace with one slash; city halls use it with two, or one of their own.
 *
 * @source ABRASF NFS-e 1.00; facts §2 and §5
 */
export const ABRASF_1_00: Layout = {
  name: 'abrasf-1.00',
  namespace: 'http:/www.abrasf.org.br/nfse.xsd',
  rootsApart: false,
  roots: {
    cabecalho: header,
    CompNfse: noteAndFate,
    RetCancelamento: cancellations,
    ListaMensagemRetorno: messages,
    ListaMensagemRetornoLote: batchMessages,
    EnviarLoteRpsEnvio: seq({
      LoteRps: attributed(
        { 'Id?': tag, versao: version },
        seq({
          NumeroLote: batchNumber,
          Cnpj: cnpj,
          InscricaoMunicipal: municipalRegistration,
          QuantidadeRps: integer(),
          ListaRps: seq({ 'Rps+': rps }),
        }),
      ),
      'Signature?': signature,
    }),
    EnviarLoteRpsResposta: choice(
      seq({ NumeroLote: batchNumber, DataRecebimento: dateTime, Protocolo: protocol }),
      complaint,
    ),
    ConsultarSituacaoLoteRpsEnvio: byProtocol,
    ConsultarSituacaoLoteRpsResposta: choice(seq({ 'NumeroLote?': batchNumber, Situacao: batchStatus }), complaint),
    ConsultarLoteRpsEnvio: byProtocol,
    ConsultarLoteRpsResposta: choice({
      ListaNfse: seq({ 'CompNfse+': noteAndFate }),
      ...complaint,
      ListaMensagemRetornoLote: batchMessages,
    }),
    ConsultarNfseRpsEnvio: seq({ IdentificacaoRps: rpsIdentity, Prestador: provider }),
    ConsultarNfseRpsResposta: choice({ CompNfse: noteAndFate, ...complaint }),
    ConsultarNfseEnvio: seq({
      Prestador: provider,
      'NumeroNfse?': noteNumber,
      'PeriodoEmissao?': seq({ DataInicial: date, DataFinal: date }),
      'Tomador?': party,
      'IntermediarioServico?': intermediary,
    }),
    ConsultarNfseResposta: choice({ ListaNfse: seq({ CompNfse: noteAndFate }), ...complaint }),
    CancelarNfseEnvio: seq({ Pedido: cancellationRequest }),
    CancelarNfseResposta: choice({ RetCancelamento: cancellations, ...complaint }),
  },
};
