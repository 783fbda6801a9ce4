/** What is put on the projectors. */
export interface Load {
  /** Invoices a second. */
  readonly perSecond: number;
  readonly seconds: number;
}

/** What a way of measuring gives. */
export interface Lags {
  /** By projection: milliseconds, one of each commit. */
  readonly lags: ReadonlyMap<string, readonly number[]>;
  /** What else is to be said of the run. */
  readonly remark: string;
}
