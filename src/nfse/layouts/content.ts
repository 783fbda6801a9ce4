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
  constructor(from: string, text: string) {
    this.from = from;
    this.text = text;
  }
}

/** A value in a form that a city has instead of the layout's. */
export class AsItIs {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

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
export function given(from: string, text: string | number | undefined): Given | undefined {
  return text === undefined || text === '' ? undefined : new Given(from, String(text));
}

/** @returns nothing when there is nothing in it */
export function part(from: string, content: Content): Part | undefined {
  for (const name in content) if (content[name] !== undefined) return new Part(from, content);
  return undefined;
}
