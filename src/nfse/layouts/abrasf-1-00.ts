import {
  batchMessages,
  date,
  dateTime,
  document,
  header,
  messages,
  noteWithFate,
  rpsIdentity,
  signedPart,
  versioned,
} from './abrasf-groups.ts';
import {
  batchNumber,
  batchStatus,
  choices,
  cnae,
  cnpj,
  description,
  email,
  integer,
  money,
  municipality,
  municipalRegistration,
  municipalServiceCode,
  noteNumber,
  protocol,
  rpsStatus,
  specialRegime,
  tag,
  verificationCode,
  version,
  yesNo,
} from './abrasf-values.ts';
import { attributed, choice, type Elements, type Layout, seq } from './notation.ts';
import { decimal, text, trimmed } from './values.ts';
import { signature } from './xmldsig.ts';

const name = trimmed(1, 115);
const state = text(2, 2);
const provider = seq({ Cnpj: cnpj, 'InscricaoMunicipal?': municipalRegistration });
const party = seq({ 'CpfCnpj?': document, 'InscricaoMunicipal?': municipalRegistration });

const address = seq({
  'Endereco?': trimmed(1, 125),
  'Numero?': trimmed(1, 10),
  'Complemento?': trimmed(1, 60),
  'Bairro?': trimmed(1, 60),
  'CodigoMunicipio?': municipality,
  'Uf?': state,
  'Cep?': integer(8),
});
const contact = seq({ 'Telefone?': trimmed(1, 11), 'Email?': email });

const service = seq({
  Valores: seq({
    ValorServicos: money,
    'ValorDeducoes?': money,
    'ValorPis?': money,
    'ValorCofins?': money,
    'ValorInss?': money,
    'ValorIr?': money,
    'ValorCsll?': money,
    IssRetido: yesNo,
    'ValorIss?': money,
    'ValorIssRetido?': money,
    'OutrasRetencoes?': money,
    'BaseCalculo?': money,
    // A fraction here, 0.0200, and not a percentage.
    'Aliquota?': decimal({ digits: 5, fraction: 4, least: 0 }),
    'ValorLiquidoNfse?': money,
    'DescontoIncondicionado?': money,
    'DescontoCondicionado?': money,
  }),
  ItemListaServico: trimmed(1, 5),
  'CodigoCnae?': cnae,
  'CodigoTributacaoMunicipio?': municipalServiceCode,
  Discriminacao: description,
  CodigoMunicipio: municipality,
});

const customer = seq({
  'IdentificacaoTomador?': party,
  'RazaoSocial?': name,
  'Endereco?': address,
  'Contato?': contact,
});
const intermediary = seq({ RazaoSocial: name, CpfCnpj: document, 'InscricaoMunicipal?': municipalRegistration });
// The name is misspelt in the model itself.
const construction: Elements = { 'ContrucaoCivil?': seq({ CodigoObra: trimmed(1, 15), Art: trimmed(1, 15) }) };

const regime: Elements = {
  NaturezaOperacao: choices('1 2 3 4 5 6'),
  'RegimeEspecialTributacao?': specialRegime,
  OptanteSimplesNacional: yesNo,
  IncentivadorCultural: yesNo,
};

const rps = seq(
  signedPart(
    'InfRps',
    seq({
      IdentificacaoRps: rpsIdentity,
      DataEmissao: dateTime,
      ...regime,
      Status: rpsStatus,
      'RpsSubstituido?': rpsIdentity,
      Servico: service,
      Prestador: provider,
      'Tomador?': customer,
      'IntermediarioServico?': intermediary,
      ...construction,
    }),
  ),
);

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
