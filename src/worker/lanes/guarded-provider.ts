import type { CancelOutcome, FindOutcome, IssueOutcome, Provider, Unavailable } from '../providers/provider.ts';
import type { Breaker } from './breaker.ts';

type Answer = IssueOutcome | FindOutcome | CancelOutcome;

export interface Guard {
  readonly breaker: Breaker;
  readonly companyCnpj: string;
  /** Told of every call that was made. */
  readonly note: (answered: boolean, detail: string) => void;
}

/** The authority did not take the call, or nobody knows: what a breaker counts. A refusal is an answer, that of a lookup too. */
const isSilent = (answer: Answer): answer is Answer & { kind: 'unavailable' | 'unknown' } =>
  answer.kind === 'unavailable' || (answer.kind === 'unknown' && !answer.answered);

/** Nothing is sent, so this is what the provider would say of a host that takes no connection. */
const SHUT: Unavailable = { kind: 'unavailable', reason: 'not called: the authority does not answer at the moment' };

/** A provider behind its authority's breaker: calls while it is open come back at once, unsent. */
export function guarded(provider: Provider, { breaker, companyCnpj, note }: Guard): Provider {
  const call = async <A extends Answer>(make: () => Promise<A>) => {
    const answer = await breaker.call(companyCnpj, make, isSilent);
    if (answer === undefined) return SHUT;
    note(!isSilent(answer), isSilent(answer) ? answer.reason : '');
    return answer;
  };
  return {
    issue: (submission) => call(() => provider.issue(submission)),
    find: (submission) => call(() => provider.find(submission)),
    cancel: (cancellation) => call(() => provider.cancel(cancellation)),
  };
}
