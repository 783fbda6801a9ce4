/** Why a document cannot say what an emission says. */
export type UnwritableReason =
  | 'empty'
  | 'too-short'
  | 'too-long'
  | 'wrong-format'
  | 'missing'
  | 'excluded'
  | 'unsupported';

/** A member of the emission, as a JSON pointer into it, that its document has no way to say. */
export interface Unwritable {
  readonly field: string;
  readonly problem: UnwritableReason;
  /** What the layout has room for, in Portuguese: `8 dígitos`. */
  readonly expected?: string;
}

/**
 * An emission that its document cannot carry even where every type is right: nothing of a text is left in the layout's
 * repertoire, it is longer than the layout's field, or not of its form. The client has to change each of the fields.
 */
export class UnwritableFields extends Error {
  override readonly name: string = 'UnwritableFields';
  readonly code = 'unwritable-field';
  readonly fields: readonly Unwritable[];
  constructor(fields: readonly Unwritable[]) {
    super(`Cannot be written: ${fields.map(({ field, problem }) => `${field} ${problem}`).join(', ')}`);
    this.fields = fields;
  }
}

/** The same of one field. */
export class UnwritableField extends UnwritableFields {
  override readonly name = 'UnwritableField';
  constructor(field: string, problem: UnwritableReason) {
    super([{ field, problem }]);
  }
}

/** A document is wrong in what the service writes by itself: a defect of ours. Says places and reasons, no one's data. */
export class DefectiveDocument extends Error {
  override readonly name = 'DefectiveDocument';
  readonly code = 'defective-document';
  constructor(faults: readonly string[]) {
    super(`The document is not of its layout: ${faults.join(', ')}`);
  }
}
