/**
 * What a code of an authority asks for, in the order in which they decide where an answer carries several: first those under
 * which the note may exist, then refusals, and "try again" only when nothing stands against it.
 *
 * - LOOKUP: the number is used; fetch the note and compare
 * - IDEMPOTENT: probably done already; read what there is
 * - RETRY_LOOKUP: outcome unknown; look up before any resend
 * - PENDING: still processing; ask later
 * - BUG: our document is malformed · CONFIG: registration, certificate or municipal parameter
 * - DEADLINE, STATE: term or state of the note forbids it
 * - FIX_DATA: the client corrects · FIX_CLOCK: our time was ahead
 * - NOT_APPLICABLE: raised for notes shared by cities only
 * - UNLISTED: no table has the code, so nobody is proven to be at fault; look up, and tell code and text as they came
 * - RETRY: transient, nothing was done
 * - NOT_FOUND: nothing there · EMPTY: an empty result, no error
 * - ALERT: a remark beside a success; decides nothing
 */
export const PRECEDENCE = [
  'LOOKUP',
  'IDEMPOTENT',
  'RETRY_LOOKUP',
  'PENDING',
  'BUG',
  'CONFIG',
  'DEADLINE',
  'STATE',
  'FIX_DATA',
  'FIX_CLOCK',
  'NOT_APPLICABLE',
  'UNLISTED',
  'RETRY',
  'NOT_FOUND',
  'EMPTY',
  'ALERT',
] as const;

export type HandlingClass = (typeof PRECEDENCE)[number];

/** What happened, and what to do about it: for the fiscal user, in Portuguese. */
export type Explanation = readonly [message: string, howToFix: string];

/** A code with its class. `known` is false for one that the catalogue does not have, which stays as it came. */
export interface Classified<Class extends HandlingClass> {
  readonly code: string;
  readonly class: Class;
  readonly known: boolean;
}

export interface CatalogueData<Class extends HandlingClass> {
  /** Codes by class, separated by white space. */
  readonly classes: Readonly<Partial<Record<Class, string>>>;
  /** Codes that one field of the emission request is to blame for, by its JSON pointer. */
  readonly fields: Readonly<Record<string, string>>;
  readonly explanations: Readonly<Record<string, Explanation>>;
  /** For codes without an explanation of their own. */
  readonly byClass: Readonly<Record<Class, Explanation>>;
  /** How to take a code that is not here. */
  readonly unknown: (code: string) => Class;
}

export interface RejectionCatalogue<Class extends HandlingClass> {
  /** The class of a code of the catalogue, or `undefined` when it has no such code. */
  catalogued(code: string): Class | undefined;
  /** Every code, classified, in the order given. */
  classify(codes: readonly string[]): readonly Classified<Class>[];
  /** Which of several codes decides, and how; `undefined` without codes. */
  decide(codes: readonly string[]): Classified<Class> | undefined;
  /** What a user is told of a code: Portuguese, with a JSON pointer where one field is to blame. */
  explain(code: string): { message: string; howToFix: string; field?: string };
}

/** A code as the tables write it: authorities pad and change case. */
export function canonicalCode(code: string): string {
  return code.trim().toUpperCase();
}

/** A catalogue over an authority's table of codes. */
export function rejectionCatalogue<Class extends HandlingClass>(data: CatalogueData<Class>): RejectionCatalogue<Class> {
  const classes = new Map<string, Class>();
  for (const name of Object.keys(data.classes) as Class[])
    for (const code of words(data.classes[name] ?? '')) classes.set(code, name);
  const fields = new Map<string, string>();
  for (const [pointer, codes] of Object.entries(data.fields))
    for (const code of words(codes)) fields.set(code, pointer);

  const classified = (given: string): Classified<Class> => {
    const code = canonicalCode(given);
    const known = classes.get(code);
    return known
      ? { code, class: known, known: true }
      : { code: given.trim(), class: data.unknown(code), known: false };
  };
  return {
    catalogued: (code) => classes.get(canonicalCode(code)),
    classify: (codes) => codes.map(classified),
    decide: (codes) => decisive(codes.map(classified)),
    explain: (given) => {
      const { code, class: name } = classified(given);
      const own = Object.hasOwn(data.explanations, code) ? data.explanations[code] : undefined;
      const [message, howToFix] = own ?? data.byClass[name];
      const field = fields.get(code);
      return { message, howToFix, ...(field !== undefined && { field }) };
    },
  };
}

function decisive<Class extends HandlingClass>(codes: readonly Classified<Class>[]): Classified<Class> | undefined {
  for (const name of PRECEDENCE) {
    const first = codes.find((one) => one.class === name);
    if (first) return first;
  }
  return undefined;
}

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
