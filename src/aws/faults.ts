/** `throttled`: too much was asked at once. `unavailable`: out of reach, or it cannot tell who asks. Both pass without a change of the request. */
export type AwsFault = 'throttled' | 'unavailable';

const THROTTLED: ReadonlySet<string> = new Set([
  'BatchUnfinished', // ours: the table stays throttled for longer than a batch insists
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException', // another request is changing the same item
]);

/** The process renews its credentials by itself, or somebody renews them: the request is not at fault. */
const WITHOUT_CREDENTIALS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
]);

/** Errors of our own adapters, for an object or a batch of which a part is left. Only a repetition can tell whether it arrives whole. */
const IN_PART: ReadonlySet<string> = new Set(['BatchIncomplete', 'ObjectCut']);

/** Node's codes for a connection that could not be opened, or that ended before the answer. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * What an error of an AWS client means, after the client's own retries. By name, not by class: several clients have errors of the
 * same name, and a class would bring its client into the bundle of every function. An error that wraps another, such as one of
 * Powertools' idempotency, means what its cause means.
 *
 * @returns `undefined` for an error that a repetition does not change, such as a refused condition, and for errors of other origin
 */
export function awsFault(error: unknown): AwsFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if (THROTTLED.has(error.name)) return 'throttled';
  if (WITHOUT_CREDENTIALS.has(error.name) || IN_PART.has(error.name)) return 'unavailable';
  if (isOfTheNetwork(error) || isOfTheServer(error)) return 'unavailable';
  return awsFault(error.cause);
}

/** Whether the error is an answer of AWS. */
export const isOfAws = (error: Error): boolean => '$metadata' in error || '$fault' in error;

/** A time-out of the SDK has no code. */
function isOfTheNetwork(error: Error): boolean {
  return NETWORK_CODES.has((error as { code?: unknown }).code) || /Timeout|Abort/.test(error.name);
}

function isOfTheServer(error: Error): boolean {
  const { $fault, $metadata } = error as { $fault?: unknown; $metadata?: { httpStatusCode?: number } };
  return $fault === 'server' || ($metadata?.httpStatusCode ?? 0) >= 500;
}
