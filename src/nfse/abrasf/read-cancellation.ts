import type { XmlElement } from '../xml.ts';
import { all, hasContent, textOf } from './elements.ts';

/** The confirmation of a cancellation. */
export interface ConfirmedCancellation {
  /** Local time of the city, without offset, where it was told. */
  readonly at: string | undefined;
  /** What names it: the confirmation's id, or else the note's number. */
  readonly name: string | undefined;
  /** Of the note that was cancelled. */
  readonly nfseNumber: string | undefined;
}

/**
 * What an element that stands for a cancellation confirms: nothing when it is empty or says that it did not succeed.
 *
 * @param element in the model's names: one that holds a `Confirmacao`, is one, or tells a time
 */
export function readCancellation(element: XmlElement): ConfirmedCancellation | undefined {
  if (!hasContent(element) || isDenied(element)) return undefined;
  const confirmed = all(element, 'Confirmacao').find(hasContent);
  const at = [...all(confirmed ?? element, 'DataHora', 'DataHoraCancelamento')]
    .map(({ text }) => text.trim())
    .find((text) => text !== '' && !text.startsWith(NO_DATE));
  if (!confirmed && !at) return undefined;
  const nfseNumber = textOf(all(confirmed ?? element, 'IdentificacaoNfse')[0], 'Numero');
  return { at, name: confirmed?.attributes.Id || nfseNumber, nfseNumber };
}

/** .NET's date where none was set. */
export const NO_DATE = '0001-01-01';

function isDenied(element: XmlElement): boolean {
  const success = textOf(element, 'Sucesso');
  return success !== undefined && !isAffirmed(success);
}

/** `true`, `1`, `S`, `Sim`. */
export function isAffirmed(text: string): boolean {
  return /^(?:true|1|s|sim)$/i.test(text.trim());
}
