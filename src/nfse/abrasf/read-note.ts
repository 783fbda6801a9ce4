import { type AccessKey, hasAccessKeyShape, nfseNumberOf } from '../access-key.ts';
import { type Cents, cents } from '../cents.ts';
import { wordsStateCancellation } from '../rejections/stated.ts';
import type { XmlElement } from '../xml.ts';
import { all, at, hasContent, textOf } from './elements.ts';
import { type ConfirmedCancellation, isAffirmed, NO_DATE, readCancellation } from './read-cancellation.ts';

/** What a note of a city hall says. All but the number may be missing: cities leave out what they like. */
export interface AbrasfNote {
  readonly number: string;
  /** Of a note in the national layout, which some cities put into the model's answers. */
  readonly accessKey: AccessKey | undefined;
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

const UNTOLD: ConfirmedCancellation = { at: undefined, name: undefined, nfseNumber: undefined };

/**
 * Reads one note, of the model or of the national layout.
 *
 * @param info its `InfNfse` or `infNFSe`, which are the same name once case does not count
 * @param group what stands around it and is about this note alone
 * @returns `undefined` when it has no number
 */
export function readNote(info: XmlElement, group: XmlElement): AbrasfNote | undefined {
  const note = isNational(info) ? nationalNote(info) : modelNote(info);
  if (!note) return undefined;
  const replacedBy = textOf(at(group, 'NfseSubstituicao'), 'NfseSubstituidora');
  return { ...note, cancellation: cancellationOf(info, group, note.number), replacedBy };
}

type Facts = Omit<AbrasfNote, 'cancellation' | 'replacedBy'>;

function modelNote(info: XmlElement): Facts | undefined {
  const number = at(info, 'Numero')?.text.trim();
  if (!number || !/^\d{1,20}$/.test(number)) return undefined;
  const [declaration = info] = all(info, 'InfDeclaracaoPrestacaoServico');
  return {
    number,
    accessKey: undefined,
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
  };
}

function isNational(info: XmlElement): boolean {
  return at(info, 'nNFSe') !== undefined || keyOf(info) !== undefined;
}

function keyOf({ attributes }: XmlElement): AccessKey | undefined {
  const [, id = ''] = Object.entries(attributes).find(([name]) => name.toLowerCase() === 'id') ?? [];
  const key = id.trim().replace(/^NFS/i, '');
  return hasAccessKeyShape(key) ? key : undefined;
}

function nationalNote(info: XmlElement): Facts | undefined {
  const accessKey = keyOf(info);
  const number = textOf(info, 'nNFSe') ?? (accessKey && nfseNumberOf(accessKey));
  if (!number || !/^\d{1,20}$/.test(number)) return undefined;
  const [dps] = all(info, 'infDPS');
  const rpsNumber = textOf(dps, 'nDPS');
  const series = textOf(dps, 'serie');
  return {
    number,
    accessKey,
    verificationCode: undefined,
    issuedAt: localDateTime(at(info, 'dhProc')?.text),
    rps:
      rpsNumber === undefined
        ? undefined
        : { series: series && withoutLeadingZeros(series), number: withoutLeadingZeros(rpsNumber) },
    amount: money(textOf(at(dps, 'valores'), 'vServ')),
    netAmount: money(textOf(at(info, 'valores'), 'vLiq')),
    issuerDocument: documentIn(at(dps, 'prest')),
    customerDocument: documentIn(at(dps, 'toma')),
    serviceItem: itemDigits(textOf(dps, 'cTribNac')?.slice(0, 4)),
    description: textOf(dps, 'xDescServ'),
  };
}

/** A number or a series as the model writes it: the national layout and some cities put zeros before it. */
export function withoutLeadingZeros(text: string): string {
  return text.replace(/^0+(?=\d)/, '');
}

/**
 * Every sign that a note is no longer valid: the city's confirmation, a time of cancellation, a status. A replacement alone is none, since
 * some cities repeat it in the new note.
 */
function cancellationOf(info: XmlElement, group: XmlElement, number: string): ConfirmedCancellation | undefined {
  const confirmed = all(group, 'NfseCancelamento')
    .flatMap((element) => readCancellation(element) ?? (saysNothingElse(element) ? UNTOLD : []))
    .find(({ nfseNumber }) => nfseNumber === undefined || nfseNumber === number);
  if (confirmed) return confirmed;
  const around = [info, ...all(group, 'Nfse'), ...all(group, 'CompNfse')];
  const direct = (...names: readonly string[]) =>
    around
      .flatMap((element) => names.map((name) => at(element, name)?.text.trim() ?? ''))
      .filter((text) => text !== '');
  const [time] = direct('DataHoraCancelamento').filter((text) => !text.startsWith(NO_DATE));
  if (time !== undefined) return { ...UNTOLD, at: time };
  const numbered = direct('Status', 'StatusNfse', 'SituacaoNfse');
  const isCancelled =
    numbered.some((status) => /^0?2$/.test(status)) ||
    [...numbered, ...direct('Situacao')].some(wordsStateCancellation) ||
    direct('Cancelada', 'NfseCancelada').some(isAffirmed);
  return isCancelled ? UNTOLD : undefined;
}

/** A cancellation with content of which neither time nor success is told. */
function saysNothingElse(element: XmlElement): boolean {
  return hasContent(element) && all(element, 'Sucesso', 'Confirmacao').length === 0;
}

function rpsOf(element: XmlElement): AbrasfNote['rps'] {
  const [identity] = all(element, 'IdentificacaoRps');
  const number = textOf(identity, 'Numero');
  return number === undefined ? undefined : { series: textOf(identity, 'Serie'), number: withoutLeadingZeros(number) };
}

/** CNPJ, CPF or foreign number of a party. */
export function documentIn(party: XmlElement | undefined): string | undefined {
  return textOf(party, 'Cnpj', 'Cpf', 'NifTomador', 'NIF')?.replace(/[.\-/\s]/g, '');
}

/** `1.07`, `01.07`, `0107` and `010701`, which goes on to the national code, are of one item. */
export function itemDigits(text: string | undefined): string | undefined {
  const match = /^(\d{1,2})\.?(\d{2})$|^(\d{2})(\d{2})\d{2}$/.exec(text ?? '');
  if (!match) return undefined;
  const [, item = match[3], subitem = match[4]] = match;
  return `${item?.padStart(2, '0')}${subitem}`;
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
