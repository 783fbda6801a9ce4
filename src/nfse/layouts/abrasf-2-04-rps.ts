import { identity } from './abrasf-2-messages.ts';
import { date, document, rpsIdentity } from './abrasf-groups.ts';
import {
  choices,
  cnae,
  counter,
  description,
  email,
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
import { attributed, choice, type Elements, type Group, seq, times, type VendorElements } from './notation.ts';
import { decimal, digits, narrowed, trimmed } from './values.ts';

export const tag = trimmed(1, 255);
const foreignNumber = trimmed(1, 40);
const country = trimmed(4, 4);
export const name = trimmed(1, 150);
export const rate = decimal({ digits: 4, fraction: 2, least: 0 });
export const alphanumericCode = narrowed(verificationCode, { expected: '1 a 9 letras ou dígitos' }, '[a-zA-Z0-9]{1,9}');
export const person = identity('', municipalRegistration);

export const address = seq({
  Endereco: trimmed(1, 255),
  Numero: trimmed(1, 60),
  'Complemento?': trimmed(1, 60),
  Bairro: trimmed(1, 60),
  CodigoMunicipio: municipality,
  Uf: state,
  Cep: digits(8),
});
const foreignAddress = seq({ CodigoPais: country, EnderecoCompletoExterior: trimmed(1, 255) });
export const contact = choice(seq({ Telefone: trimmed(1, 20), 'Email?': email }), { Email: email });

const values: Elements = {
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
};

const service: Elements = {
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
};

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

/**
 * `Rps`: the declaration of a service, before it is signed.
 *
 * @param more what a vendor has at the end of the amounts, of the service and of the declaration, and otherwise
 */
export function declarationWith(more: VendorElements): Group {
  return seq({
    InfDeclaracaoPrestacaoServico: attributed(
      { 'Id?': tag },
      seq(
        {
          'Rps?': rps,
          Competencia: date,
          Servico: seq(
            { Valores: seq(values, more.values ?? {}), ...service, ItemListaServico: more.serviceItem ?? serviceItem },
            more.service ?? {},
          ),
          Prestador: person,
          'TomadorServico?': customer,
          'Intermediario?': seq({
            IdentificacaoIntermediario: person,
            RazaoSocial: name,
            CodigoMunicipio: municipality,
          }),
          'ConstrucaoCivil?': choice(seq({ CodigoObra: trimmed(1, 30), 'Art?': trimmed(1, 30) }), {
            Art: trimmed(1, 30),
          }),
          'RegimeEspecialTributacao?': specialRegime,
          OptanteSimplesNacional: yesNo,
          IncentivoFiscal: yesNo,
          'Evento?': choice(seq({ IdentificacaoEvento: trimmed(1, 30), 'DescricaoEvento?': trimmed(1, 255) }), {
            DescricaoEvento: trimmed(1, 255),
          }),
          'InformacoesComplementares?': trimmed(1, 2000),
          'Deducao*': deduction,
        },
        more.declaration ?? {},
      ),
    ),
  });
}

export const declaration = declarationWith({});
