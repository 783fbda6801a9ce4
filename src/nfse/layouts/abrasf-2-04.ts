import { identity, type Model2, messages2, page, period } from './abrasf-2-messages.ts';
import {
  date,
  dateTime,
  document,
  issuingBody,
  noteWithFate,
  rpsIdentity,
  signedPart,
  versioned,
} from './abrasf-groups.ts';
import {
  choices,
  cnae,
  counter,
  description,
  email,
  integer,
  money,
  municipality,
  municipalRegistration,
  municipalServiceCode,
  noteNumber,
  rpsStatus,
  serviceItem,
  specialRegime,
  state,
  verificationCode,
  yesNo,
} from './abrasf-values.ts';
import { attributed, choice, type Layout, seq, times } from './notation.ts';
import { decimal, digits, narrowed, trimmed } from './values.ts';
import { signature } from './xmldsig.ts';

const tag = trimmed(1, 255);
const foreignNumber = trimmed(1, 40);
const country = trimmed(4, 4);
const name = trimmed(1, 150);
const rate = decimal({ digits: 4, fraction: 2, least: 0 });
const alphanumericCode = narrowed(verificationCode, { expected: '1 a 9 letras ou dígitos' }, '[a-zA-Z0-9]{1,9}');
const person = identity('', municipalRegistration);

const address = seq({
  Endereco: trimmed(1, 255),
  Numero: trimmed(1, 60),
  'Complemento?': trimmed(1, 60),
  Bairro: trimmed(1, 60),
  CodigoMunicipio: municipality,
  Uf: state,
  Cep: digits(8),
});
const foreignAddress = seq({ CodigoPais: country, EnderecoCompletoExterior: trimmed(1, 255) });
const contact = choice(seq({ Telefone: trimmed(1, 20), 'Email?': email }), { Email: email });

const values = seq({
  ValorServicos: money,
  'ValorDeducoes?': money,
  'ValorPis?': money,
  'ValorCofins?': money,
  'ValorInss?': money,
  'ValorIr?': money,
  'ValorCsll?': money,
  'OutrasRetencoes?': money,
  'ValTotTributos?': money,
  'ValorIss?': money,
  'Aliquota?': rate,
  'DescontoIncondicionado?': money,
  'DescontoCondicionado?': money,
});

const service = seq({
  Valores: values,
  IssRetido: yesNo,
  'ResponsavelRetencao?': choices('1 2'),
  ItemListaServico: serviceItem,
  'CodigoCnae?': cnae,
  'CodigoTributacaoMunicipio?': municipalServiceCode,
  'CodigoNbs?': trimmed(1, 9),
  Discriminacao: description,
  CodigoMunicipio: municipality,
  'CodigoPais?': country,
  ExigibilidadeISS: choices('1 2 3 4 5 6 7'),
  'IdentifNaoExigibilidade?': trimmed(1, 4),
  'MunicipioIncidencia?': municipality,
  'NumeroProcesso?': trimmed(1, 30),
});

const customer = seq(
  { 'IdentificacaoTomador?': person, 'NifTomador?': foreignNumber, RazaoSocial: name },
  times(0, 1, choice({ Endereco: address, EnderecoExterior: foreignAddress })),
  { 'Contato?': contact },
);

const deduction = seq({
  TipoDeducao: choices('1 2 3 4 5 6 7 8 99'),
  'DescricaoDeducao?': trimmed(1, 150),
  IdentificacaoDocumentoDeducao: choice({
    IdentificacaoNfse: seq({
      CodigoMunicipioGerador: municipality,
      NumeroNfse: noteNumber,
      'CodigoVerificacao?': alphanumericCode,
    }),
    IdentificacaoNfe: seq({ NumeroNfe: counter(9), UfNfe: state, 'ChaveAcessoNfe?': counter(44) }),
    OutroDocumento: seq({ IdentificacaoDocumento: trimmed(1, 255) }),
  }),
  DadosFornecedor: choice({
    IdentificacaoFornecedor: seq({ CpfCnpj: document }),
    FornecedorExterior: seq({ 'NifFornecedor?': foreignNumber, CodigoPais: country }),
  }),
  DataEmissao: date,
  ValorDedutivel: money,
  ValorUtilizadoDeducao: money,
});

const rps = attributed(
  { 'Id?': tag },
  seq({ 'IdentificacaoRps?': rpsIdentity, DataEmissao: date, Status: rpsStatus, 'RpsSubstituido?': rpsIdentity }),
);

const declaration = seq(
  signedPart(
    'InfDeclaracaoPrestacaoServico',
    seq({
      'Rps?': rps,
      Competencia: date,
      Servico: service,
      Prestador: person,
      'TomadorServico?': customer,
      'Intermediario?': seq({ IdentificacaoIntermediario: person, RazaoSocial: name, CodigoMunicipio: municipality }),
      'ConstrucaoCivil?': choice(seq({ CodigoObra: trimmed(1, 30), 'Art?': trimmed(1, 30) }), { Art: trimmed(1, 30) }),
      'RegimeEspecialTributacao?': specialRegime,
      OptanteSimplesNacional: yesNo,
      IncentivoFiscal: yesNo,
      'Evento?': choice(seq({ IdentificacaoEvento: trimmed(1, 30), 'DescricaoEvento?': trimmed(1, 255) }), {
        DescricaoEvento: trimmed(1, 255),
      }),
      'InformacoesComplementares?': trimmed(1, 2000),
      'Deducao*': deduction,
    }),
    tag,
  ),
);

const cancellationRequest = seq(
  signedPart(
    'InfPedidoCancelamento',
    seq({
      IdentificacaoNfse: seq({
        Numero: noteNumber,
        CpfCnpj: document,
        'InscricaoMunicipal?': municipalRegistration,
        CodigoMunicipio: municipality,
      }),
      CodigoCancelamento: choices('1 2 3 4 5'),
    }),
    tag,
  ),
);

const cancellation = versioned(
  seq(signedPart('Confirmacao', seq({ Pedido: cancellationRequest, DataHora: dateTime }), tag)),
);

const note = versioned(
  seq(
    signedPart(
      'InfNfse',
      seq({
        Numero: noteNumber,
        CodigoVerificacao: alphanumericCode,
        DataEmissao: dateTime,
        'NfseSubstituida?': noteNumber,
        'OutrasInformacoes?': trimmed(1, 510),
        ValoresNfse: seq({ BaseCalculo: money, 'Aliquota?': rate, 'ValorIss?': money, ValorLiquidoNfse: money }),
        // The accent is the model's own.
        'DescricaoCodigoTributacaoMunicípio?': trimmed(1, 1000),
        'ValorCredito?': money,
        PrestadorServico: seq({
          RazaoSocial: name,
          'NomeFantasia?': trimmed(1, 60),
          Endereco: address,
          'Contato?': contact,
        }),
        OrgaoGerador: issuingBody,
        DeclaracaoPrestacaoServico: declaration,
      }),
      tag,
    ),
  ),
);

const replacement = versioned(
  seq({
    SubstituicaoNfse: attributed({ 'Id?': tag }, seq({ NfseSubstituidora: noteNumber })),
    'Signature{0,2}': signature,
  }),
);

const model: Model2 = {
  tag,
  quantity: integer(4),
  provider: person,
  consultant: person,
  party: person,
  batchSender: { Prestador: person },
  declaration,
  note: noteWithFate(note, cancellation, replacement),
  cancellationRequest,
  cancellation,
  criteria: [choice({ NumeroNfse: noteNumber, PeriodoEmissao: period, PeriodoCompetencia: period })],
  lastOfRange: { NumeroNfseFinal: noteNumber },
  pageEnd: { Pagina: page },
  notesMark: '+',
  statusAlone: true,
};

/** ABRASF 2.04. Vendors sell other layouts under this number; theirs are not these. */
export const ABRASF_2_04: Layout = {
  name: 'abrasf-2.04',
  namespace: 'http://www.abrasf.org.br/nfse.xsd',
  roots: messages2(model),
  rootsApart: false,
};
