import { type Cents, cents } from '../cents.ts';
import type { XmlElement } from '../xml.ts';
import { all, at, textOf } from './elements.ts';
import { type ConfirmedCancellation, readCancellation } from './read-cancellation.ts';

/** What a note of a city hall says. All but the number may be missing: cities leave out what they like. */
export interface AbrasfNote {
  readonly number: string;
  readonly verificationCode: string | undefined;
  /** Local time of the city, without offset. */
  readonly issuedAt: string | undefined;
  readonly rps: { readonly series: string | undefined; readonly number: string } | undefined;
  readonly amount: Cents | undefined;
  readonly netAmount: Cents | undefined;
  readonly issuerDocument: string | undefined;
  readonly customerDocument: string | undefined;
  /** Item of the service list as bare digits: `0107`. */
  readonly serviceItem: string | undefined;
  readonly description: string | undefined;
  readonly cancellation: ConfirmedCancellation | undefined;
  readonly replacedBy: string | undefined;
}

/** Reads a `CompNfse`; `undefined` when no note with a number is in it. */
export function readNote(element: XmlElement): AbrasfNote | undefined {
  const [info] = all(element, 'InfNfse');
  const number = at(info, 'Numero')?.text.trim();
  if (!info || !number || !/^\d{1,20}$/.test(number)) return undefined;
  const [declaration = info] = all(info, 'InfDeclaracaoPrestacaoServico');
  const cancelled = at(element, 'NfseCancelamento');
  return {
    number,
    verificationCode: at(info, 'CodigoVerificacao')?.text.trim() || undefined,
    issuedAt: localDateTime(at(info, 'DataEmissao')?.text),
    rps: rpsOf(declaration) ?? rpsOf(info),
    amount: money(textOf(declaration, 'ValorServicos')),
    netAmount: money(textOf(info, 'ValorLiquidoNfse')),
    issuerDocument: documentIn(at(declaration, 'Prestador')) ?? documentIn(at(info, 'PrestadorServico')),
    customerDocument: documentIn(
      at(declaration, 'TomadorServico') ?? at(declaration, 'Tomador') ?? at(info, 'TomadorServico'),
    ),
    serviceItem: itemDigits(textOf(declaration, 'ItemListaServico')),
    description: textOf(declaration, 'Discriminacao'),
    cancellation:
      cancelled && (readCancellation(cancelled) ?? { at: undefined, name: undefined, nfseNumber: undefined }),
    replacedBy: textOf(at(element, 'NfseSubstituicao'), 'NfseSubstituidora'),
  };
}

function rpsOf(element: XmlElement): AbrasfNote['rps'] {
  const [identity] = all(element, 'IdentificacaoRps');
  const number = textOf(identity, 'Numero')?.replace(/^0+(?=\d)/, '');
  return number === undefined ? undefined : { series: textOf(identity, 'Serie'), number };
}

/** CNPJ, CPF or foreign number of a party. */
export function documentIn(party: XmlElement | undefined): string | undefined {
  return textOf(party, 'Cnpj', 'Cpf', 'NifTomador')?.replace(/[.\-/\s]/g, '');
}

/** `1.07`, `01.07` and `0107` are one item. */
export function itemDigits(text: string | undefined): string | undefined {
  const match = /^(\d{1,2})\.?(\d{2})$/.exec(text ?? '');
  return match ? `${match[1]?.padStart(2, '0')}${match[2]}` : undefined;
}

/** `1000.00`, `1000.0` and `1000`; `undefined` for anything else. */
export function money(text: string | undefined): Cents | undefined {
  const match = /^(\d{1,13})(?:\.(\d{1,2})0*)?$/.exec(text ?? '');
  return match ? cents(Number(match[1]) * 100 + Number((match[2] ?? '0').padEnd(2, '0'))) : undefined;
}

/** The time without fraction and offset: the model has none, and those that write one mean the city's own. */
function localDateTime(text: string | undefined): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d))?/.exec(text?.trim() ?? '');
  return match ? `${match[1]}T${match[2] ?? '00:00:00'}` : undefined;
}
