import { dateTime, document, rpsIdentity } from './abrasf-groups.ts';
import {
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
  rpsStatus,
  specialRegime,
  tag,
  yesNo,
} from './abrasf-values.ts';
import { attributed, type Elements, seq } from './notation.ts';
import { decimal, text, trimmed } from './values.ts';

export const name = trimmed(1, 115);
export const state = text(2, 2);
export const provider = seq({ Cnpj: cnpj, 'InscricaoMunicipal?': municipalRegistration });
export const party = seq({ 'CpfCnpj?': document, 'InscricaoMunicipal?': municipalRegistration });

export const address = seq({
  'Endereco?': trimmed(1, 125),
  'Numero?': trimmed(1, 10),
  'Complemento?': trimmed(1, 60),
  'Bairro?': trimmed(1, 60),
  'CodigoMunicipio?': municipality,
  'Uf?': state,
  'Cep?': integer(8),
});
export const contact = seq({ 'Telefone?': trimmed(1, 11), 'Email?': email });

export const service = seq({
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

export const customer = seq({
  'IdentificacaoTomador?': party,
  'RazaoSocial?': name,
  'Endereco?': address,
  'Contato?': contact,
});
export const intermediary = seq({ RazaoSocial: name, CpfCnpj: document, 'InscricaoMunicipal?': municipalRegistration });
// The name is misspelt in the model itself.
export const construction: Elements = { 'ContrucaoCivil?': seq({ CodigoObra: trimmed(1, 15), Art: trimmed(1, 15) }) };

export const regime: Elements = {
  NaturezaOperacao: choices('1 2 3 4 5 6'),
  'RegimeEspecialTributacao?': specialRegime,
  OptanteSimplesNacional: yesNo,
  IncentivadorCultural: yesNo,
};

/** `Rps`: the declaration of a service, before it is signed. */
export const rps = seq({
  InfRps: attributed(
    { 'Id?': tag },
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
});
