/** What the straightforward worker is given before it starts. */
export interface StraightforwardFiles {
  /** PEM: of the company, and of who vouches for the authority. */
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly declaration: string;
}

/** Fifteen digits, as many as its Id has: the same text stands in both places, and a number of fifteen digits replaces it. */
export const NUMBER_IN_DECLARATION = '999999999999999';
