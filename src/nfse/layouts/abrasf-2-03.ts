import { address, contact, declaration, name, person, rate } from './abrasf-2-03-rps.ts';
import { identity, layoutsOf, type Model2, page, period } from './abrasf-2-messages.ts';
import { dateTime, document, issuingBody, noteWithFate, versioned } from './abrasf-groups.ts';
import {
  choices,
  integer,
  money,
  municipality,
  municipalRegistration,
  noteNumber,
  tag,
  verificationCode,
} from './abrasf-values.ts';
import { attributed, choice, type Group, seq } from './notation.ts';
import { signedPart } from './signed.ts';
import { narrowed, trimmed } from './values.ts';
import { signature } from './xmldsig.ts';

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

const noteOf = (declaration: Group) =>
  versioned(
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

const modelOf = (declaration: Group): Model2 => ({
  tag,
  quantity: integer(),
  provider: person,
  consultant: identity('', municipalRegistration),
  party: person,
  batchSender: { CpfCnpj: document, 'InscricaoMunicipal?': municipalRegistration },
  declaration,
  note: noteWithFate(noteOf(declaration), cancellation, replacement),
  cancellationRequest,
  cancellation,
  criteria: [{ 'NumeroNfse?': noteNumber }, choice({ 'PeriodoEmissao?': period, 'PeriodoCompetencia?': period })],
  lastOfRange: { 'NumeroNfseFinal?': noteNumber },
  pageEnd: { 'ProximaPagina?': page },
  notesMark: '{1,50}',
  statusAlone: false,
});

/** The messages of 2.03 around a declaration: ABRASF's own, or a vendor's. */
export const abrasf203 = layoutsOf(modelOf);

/** ABRASF 2.03. */
export const ABRASF_2_03 = abrasf203('abrasf-2.03', declaration);
