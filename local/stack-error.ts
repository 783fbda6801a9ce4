/**
 * The stack cannot start or go on. The message is one sentence for the person at the terminal, and says what to do; below the sentence
 * may stand the last lines of a log.
 */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code = 'local-stack';
}

/**
 * A part of the stack did not come up.
 *
 * @param how it ended: an exit code, a signal, or that it gave no answer
 * @param log its last lines, kept in the message because the file may be gone when somebody reads it
 */
export function didNotStart(part: string, how: string, log: string): StackError {
  return new StackError(`${part} did not start (${how}). ${log === '' ? 'Its log is empty.' : `Its log:\n${log}`}`);
}

const BY_CODE: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) => `The disk is full${path}: free some space, or choose another folder with --data.`,
  EACCES: (path) => `No permission to write${path}: choose another folder with --data.`,
  EPERM: (path) => `No permission to write${path}: choose another folder with --data.`,
  EROFS: (path) => `The file system is read-only${path}: choose another folder with --data.`,
  ENOTDIR: (path) => `Part of the path is not a folder${path}: choose another one with --data.`,
};

/** What to tell a person of any error: one sentence, never a stack. */
export function sentenceOf(error: unknown): string {
  if (error instanceof StackError) return error.message;
  if (!(error instanceof Error)) return `Something unexpected happened: ${String(error)}.`;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message.split('. ')[0]}.`;
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known) return known(path ? ` (${path})` : '');
  if (/disk is full/i.test(error.message))
    return 'The disk is full: free some space, or choose another folder with --data.';
  return `Something unexpected happened: ${error.message.split('\n')[0]}.`;
}
