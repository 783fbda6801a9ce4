import { identity } from './abrasf-2-messages.ts';
import { date, rpsIdentity } from './abrasf-groups.ts';
import {
  choices,
  cnae,
  description,
  email,
  money,
  municipality,
  municipalRegistration,
  municipalServiceCode,
  rpsStatus,
  serviceItem,
  specialRegime,
  state,
  tag,
  yesNo,
} from './abrasf-values.ts';
import { attributed, type Elements, type Group, seq, type VendorElements } from './notation.ts';
import { decimal, text, trimmed } from './values.ts';

const country = trimmed(4, 4);
export const name = trimmed(1, 150);
export const rate = decimal({ digits: 4, fraction: 2, least: 0 });
export const person = identity('?', municipalRegistration);

export const address = seq({
  'Endereco?': trimmed(1, 125),
  'Numero?': trimmed(1, 10),
  'Complemento?': trimmed(1, 60),
  'Bairro?': trimmed(1, 60),
  'CodigoMunicipio?': municipality,
  'Uf?': state,
  'CodigoPais?': country,
  'Cep?': text(8, 8),
});
export const contact = seq({ 'Telefone?': trimmed(1, 20), 'Email?': email });

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
  'MunicipioIncidencia?': municipality,
  'NumeroProcesso?': trimmed(1, 30),
};

/** Of the intermediary, since 2.03. */
const PLACE: Elements = { CodigoMunicipio: municipality };

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
          'Rps?': attributed(
            { 'Id?': tag },
            seq({
              IdentificacaoRps: rpsIdentity,
              DataEmissao: date,
              Status: rpsStatus,
              'RpsSubstituido?': rpsIdentity,
            }),
          ),
          Competencia: date,
          Servico: seq(
            { Valores: seq(values, more.values ?? {}), ...service, ItemListaServico: more.serviceItem ?? serviceItem },
            more.service ?? {},
          ),
          Prestador: person,
          'Tomador?': seq({
            'IdentificacaoTomador?': person,
            'NifTomador?': trimmed(0, 40),
            'RazaoSocial?': name,
            'Endereco?': address,
            'Contato?': contact,
          }),
          'Intermediario?': seq({ IdentificacaoIntermediario: person, RazaoSocial: name }, more.intermediary ?? PLACE),
          'ConstrucaoCivil?': seq({ 'CodigoObra?': trimmed(1, 30), Art: trimmed(1, 30) }),
          'RegimeEspecialTributacao?': specialRegime,
          OptanteSimplesNacional: yesNo,
          IncentivoFiscal: yesNo,
        },
        more.declaration ?? {},
      ),
    ),
  });
}

export const declaration = declarationWith({});
