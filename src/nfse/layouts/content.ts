/**
 * What a document is to say, before its layout has seen it: elements and attributes (`@Id`) by name. In which order they are
 * written, how often each may stand and what it may hold is the layout's to say. Absent is what is `undefined`.
 */
export interface Content {
  readonly [elementOrAttribute: string]: Slot;
}

/** A text is one that the service writes by itself; a list is of an element that repeats. */
export type Slot = string | Given | AsItIs | Part | readonly Slot[] | undefined;

/** A value that somebody gave, and where: a JSON pointer into the emission. */
export class Given {
  readonly from: string;
  readonly text: string;
  /** Other members that the same value says. */
  readonly also: readonly string[];
  constructor(from: string, text: string, also: readonly string[] = []) {
    this.from = from;
    this.text = text;
    this.also = also;
  }
}

/** A value in a form that a city has instead of the layout's. */
export class AsItIs extends Given {}

/** An element with others in it, and the part of the emission that it says. */
export class Part {
  readonly from: string;
  readonly content: Content;
  constructor(from: string, content: Content) {
    this.from = from;
    this.content = content;
  }
}

/** @returns nothing for an empty text, since a layout wants an element absent rather than empty */
export function given(
  from: string,
  text: string | number | undefined,
  also: readonly string[] = [],
): Given | undefined {
  return text === undefined || text === '' ? undefined : new Given(from, String(text), also);
}

/** The members of the emission that the content says. */
export function pointersIn(slot: Slot): readonly string[] {
  if (slot instanceof Given) return [slot.from, ...slot.also];
  if (slot instanceof Part) return Object.values(slot.content).flatMap(pointersIn);
  return Array.isArray(slot) ? slot.flatMap(pointersIn) : [];
}

/** @returns nothing when there is nothing in it */
export function part(from: string, content: Content): Part | undefined {
  for (const name in content) if (content[name] !== undefined) return new Part(from, content);
  return undefined;
}
