import { tag } from './abrasf-values.ts';
import { attributed, type Elements, type Group, seq } from './notation.ts';
import type { ValueType } from './values.ts';
import { signature } from './xmldsig.ts';

/**
 * Elements with room for a signature behind them. Apart from what is signed: a document is written before there is a signature, by
 * who need not know what one looks like.
 */
export function signable({ parts }: Group): Group {
  return seq(...parts, { 'Signature?': signature });
}

/** Something the city hall or the company signs by its `Id`, with the signature beside it. */
export function signedPart(name: string, content: Group, id: ValueType = tag): Elements {
  return { [name]: attributed({ 'Id?': id }, content), 'Signature?': signature };
}
