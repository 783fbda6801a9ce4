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
  tag,
  verificationCode,
  yesNo,
} from './abrasf-values.ts';
import { attributed, choice, type Layout, seq } from './notation.ts';
import { decimal, narrowed, text, trimmed } from './values.ts';
import { signature } from './xmldsig.ts';

const country = trimmed(4, 4);
const name = trimmed(1, 150);
const rate = decimal({ digits: 4, fraction: 2, least: 0 });
const person = identity('?', municipalRegistration);

const address = seq({
  'Endereco?': trimmed(1, 125),
  'Numero?': trimmed(1, 10),
  'Complemento?': trimmed(1, 60),
  'Bairro?': trimmed(1, 60),
  'CodigoMunicipio?': municipality,
  'Uf?': state,
  'CodigoPais?': country,
  'Cep?': text(8, 8),
});
const contact = seq({ 'Telefone?': trimmed(1, 20), 'Email?': email });

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
  'MunicipioIncidencia?': municipality,
  'NumeroProcesso?': trimmed(1, 30),
});

const declaration = seq(
  signedPart(
    'InfDeclaracaoPrestacaoServico',
    seq({
      'Rps?': attributed(
        { 'Id?': tag },
        seq({ IdentificacaoRps: rpsIdentity, DataEmissao: date, Status: rpsStatus, 'RpsSubstituido?': rpsIdentity }),
      ),
      Competencia: date,
      Servico: service,
      Prestador: person,
      'Tomador?': seq({
        'IdentificacaoTomador?': person,
        'NifTomador?': trimmed(0, 40),
        'RazaoSocial?': name,
        'Endereco?': address,
        'Contato?': contact,
      }),
      'Intermediario?': seq({ IdentificacaoIntermediario: person, RazaoSocial: name, CodigoMunicipio: municipality }),
      'ConstrucaoCivil?': seq({ 'CodigoObra?': trimmed(1, 30), Art: trimmed(1, 30) }),
      'RegimeEspecialTributacao?': specialRegime,
      OptanteSimplesNacional: yesNo,
      IncentivoFiscal: yesNo,
    }),
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
      'CodigoCancelamento?': choices('1 2 3 4 5'),
    }),
  ),
);

const cancellation = versioned(
  seq(signedPart('Confirmacao', seq({ Pedido: cancellationRequest, DataHora: dateTime }))),
);

const note = versioned(
  seq(
    signedPart(
      'InfNfse',
      seq({
        Numero: noteNumber,
        CodigoVerificacao: narrowed(verificationCode, { expected: '1 a 9 letras ou dígitos' }, '[a-zA-Z0-9]{1,9}'),
        DataEmissao: dateTime,
        'NfseSubstituida?': noteNumber,
        'OutrasInformacoes?': trimmed(1, 255),
        ValoresNfse: seq({ 'BaseCalculo?': money, 'Aliquota?': rate, 'ValorIss?': money, ValorLiquidoNfse: money }),
        'ValorCredito?': money,
        PrestadorServico: seq({
          IdentificacaoPrestador: person,
          RazaoSocial: name,
          'NomeFantasia?': trimmed(1, 60),
          Endereco: address,
          'Contato?': contact,
        }),
        OrgaoGerador: issuingBody,
        DeclaracaoPrestacaoServico: declaration,
      }),
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
  quantity: integer(),
  provider: person,
  consultant: identity('', municipalRegistration),
  party: person,
  batchSender: { CpfCnpj: document, 'InscricaoMunicipal?': municipalRegistration },
  declaration,
  note: noteWithFate(note, cancellation, replacement),
  cancellationRequest,
  cancellation,
  criteria: [{ 'NumeroNfse?': noteNumber }, choice({ 'PeriodoEmissao?': period, 'PeriodoCompetencia?': period })],
  lastOfRange: { 'NumeroNfseFinal?': noteNumber },
  pageEnd: { 'ProximaPagina?': page },
  notesMark: '{1,50}',
  statusAlone: false,
};

/** ABRASF 2.03. */
export const ABRASF_2_03: Layout = {
  name: 'abrasf-2.03',
  namespace: 'http://www.abrasf.org.br/nfse.xsd',
  roots: messages2(model),
  rootsApart: false,
};
