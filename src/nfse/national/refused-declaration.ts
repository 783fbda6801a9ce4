/** One thing in an emission for which the authority would refuse its declaration. Texts are Portuguese, for the fiscal user. */
export interface RefusedField {
  /** JSON pointer into the emission request. */
  readonly pointer: string;
  /** The authority's, or `layout-` and what is wrong with the value. */
  readonly code: string;
  readonly message: string;
  readonly howToFix: string;
}

/**
 * The national system would refuse the declaration for what the client sent. Apart from what finds it out: every function
 * answers errors, only one needs the layout.
 */
export class RefusedDeclaration extends Error {
  override readonly name = 'RefusedDeclaration';
  readonly code = 'refused-declaration';
  readonly fields: readonly RefusedField[];
  constructor(fields: readonly RefusedField[]) {
    super(`The declaration would be refused: ${fields.map(({ pointer, code }) => `${pointer} ${code}`).join(', ')}`);
    this.fields = fields;
  }
}

/** The declaration is wrong in what the service writes by itself: a defect of ours. Says places and codes, no one's data. */
export class DefectiveDeclaration extends Error {
  override readonly name = 'DefectiveDeclaration';
  readonly code = 'defective-declaration';
  constructor(faults: readonly { readonly path: string; readonly code: string }[]) {
    super(`The declaration was written wrong: ${faults.map(({ path, code }) => `${path} ${code}`).join(', ')}`);
  }
}
