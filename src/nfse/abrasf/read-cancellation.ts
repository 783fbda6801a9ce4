import type { XmlElement } from '../xml.ts';
import { all, textOf } from './elements.ts';

/** The confirmation of a cancellation. */
export interface ConfirmedCancellation {
  /** Local time of the city, without offset, where it was told. */
  readonly at: string | undefined;
  /** What names it: the confirmation's id, or else the note's number. */
  readonly name: string | undefined;
  /** Of the note that was cancelled. */
  readonly nfseNumber: string | undefined;
}

/** @param element one that holds a `Confirmacao` */
export function readCancellation(element: XmlElement): ConfirmedCancellation | undefined {
  const [confirmed] = all(element, 'Confirmacao', 'ConfirmacaoCancelamento');
  const time = textOf(confirmed ?? element, 'DataHora', 'DataHoraCancelamento');
  if (!confirmed && !time) return undefined;
  const nfseNumber = textOf(all(confirmed ?? element, 'IdentificacaoNfse')[0], 'Numero');
  return { at: time, name: confirmed?.attributes.Id || nfseNumber, nfseNumber };
}
