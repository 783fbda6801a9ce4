import { normalizeLineEnds } from '../xml.ts';

/** A place in a text, both counted from 1. Columns are UTF-16 units, as most editors count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * @param xml text that `parseXml` was given
 * @param at offset that it, or a problem, speaks of
 */
export function positionOf(xml: string, at: number): Position {
  const before = normalizeLineEnds(xml).slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
