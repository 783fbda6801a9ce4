import { address, alphanumericCode, contact, declaration, name, person, rate, tag } from './abrasf-2-04-rps.ts';
import { layoutsOf, type Model2, page, period } from './abrasf-2-messages.ts';
import { dateTime, document, issuingBody, noteWithFate, versioned } from './abrasf-groups.ts';
import { choices, integer, money, municipality, municipalRegistration, noteNumber } from './abrasf-values.ts';
import { attributed, choice, type Group, seq } from './notation.ts';
import { signedPart } from './signed.ts';
import { trimmed } from './values.ts';
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
      CodigoCancelamento: choices('1 2 3 4 5'),
    }),
    tag,
  ),
);

const cancellation = versioned(
  seq(signedPart('Confirmacao', seq({ Pedido: cancellationRequest, DataHora: dateTime }), tag)),
);

const noteOf = (declaration: Group) =>
  versioned(
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

const modelOf = (declaration: Group): Model2 => ({
  tag,
  quantity: integer(4),
  provider: person,
  consultant: person,
  party: person,
  batchSender: { Prestador: person },
  declaration,
  note: noteWithFate(noteOf(declaration), cancellation, replacement),
  cancellationRequest,
  cancellation,
  criteria: [choice({ NumeroNfse: noteNumber, PeriodoEmissao: period, PeriodoCompetencia: period })],
  lastOfRange: { NumeroNfseFinal: noteNumber },
  pageEnd: { Pagina: page },
  notesMark: '+',
  statusAlone: true,
});

/** The messages of 2.04 around a declaration: ABRASF's own, or a vendor's. */
export const abrasf204 = layoutsOf(modelOf);

/** ABRASF 2.04. Vendors sell other layouts under this number; theirs are not these. */
export const ABRASF_2_04 = abrasf204('abrasf-2.04', declaration);
