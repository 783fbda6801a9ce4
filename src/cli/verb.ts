/** What a script can tell from the exit: the thing examined is good, it is bad, or nothing was examined. */
export type ExitCode = 0 | 1 | 2;

/** Where a verb writes. Results go to `out`, one line at a time; what is wrong with the call goes to `err`. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
  /** A document to `out`, byte for byte, with nothing before or behind it. */
  document(bytes: Uint8Array): void;
  /** A line that the next one takes the place of, and an empty one clears; only where a person watches. */
  progress?(line: string): void;
}

/** Everything a verb may know of the outside. Paths in `args` are relative to `directory`. */
export interface Invocation {
  readonly directory: string;
  readonly now: Date;
  readonly output: Output;
}

/**
 * One verb of the command line.
 *
 * @param args what stands after the verb, as typed
 * @throws UsageError for a call that cannot be understood: the command prints it with the verb's usage and ends with 2
 */
export type Verb = (args: readonly string[], invocation: Invocation) => Promise<ExitCode>;

/** The call is wrong, not the thing examined. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}
