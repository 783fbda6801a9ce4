import type { CancelOutcome, FindOutcome, IssueOutcome, Provider, Unavailable } from '../providers/provider.ts';
import type { Breaker } from './breaker.ts';

type Answer = IssueOutcome | FindOutcome | CancelOutcome;

/** The authority did not take the call, or nobody knows: what a breaker counts. A refusal is an answer. */
const silent = ({ kind }: Answer): boolean => kind === 'unavailable' || kind === 'unknown';

/** Nothing is sent, so this is what the provider would say of a host that takes no connection. */
const SHUT: Unavailable = { kind: 'unavailable', reason: 'not called: the authority does not answer at the moment' };

/** A provider behind its authority's breaker: calls while it is open come back at once, unsent. */
export function guarded(provider: Provider, breaker: Breaker, companyCnpj: string): Provider {
  const call = async <A extends Answer>(make: () => Promise<A>) =>
    (await breaker.call(companyCnpj, make, silent)) ?? SHUT;
  return {
    issue: (submission) => call(() => provider.issue(submission)),
    find: (submission) => call(() => provider.find(submission)),
    cancel: (cancellation) => call(() => provider.cancel(cancellation)),
  };
}
