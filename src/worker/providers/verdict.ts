import type { HandlingClass } from '../../nfse/rejections/catalogue.ts';
import type { FindOutcome, IssueOutcome, Pending, ProviderError, Unavailable, Unknown } from './provider.ts';

/** What an answer's messages come to. */
export interface Refusal {
  readonly class: HandlingClass;
  readonly error: ProviderError;
  /** The note may exist although the answer refuses: a code that no table has, or one that says that the RPS was there twice. */
  readonly doubtful: boolean;
}

/**
 * What an answer means where it shows no note and no cancellation. It is decided once for the worker, which acts on it, and for `nfse explain`,
 * which tells it.
 */
export type Verdict =
  /** Of a question alone: the authority states that there is no note. Nothing else makes sending again safe. */
  | { readonly kind: 'absent' }
  /** The authority had the request before. */
  | { readonly kind: 'already-used'; readonly refusal: Refusal }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Refused, and a note may exist: looked up before anybody is told. */
  | { readonly kind: 'doubtful'; readonly refusal: Refusal }
  | (Pending & Told)
  | (Unavailable & Told)
  | (Unknown & Told);

/** What the authority said with it. */
interface Told {
  readonly refusal?: Refusal;
}

/** What was asked. A batch's status and result do not settle whether its RPS has a note. */
export type Asked = 'issue' | 'find' | 'batch' | 'cancel';

export function unavailable(reason: string): Unavailable {
  return { kind: 'unavailable', reason };
}

export function unknown(reason: string): Unknown {
  return { kind: 'unknown', reason };
}

/** The authority answered, and what it said does not settle the matter. */
export function unsettled(reason: string): Unknown {
  return { kind: 'unknown', reason, answered: true };
}

/**
 * What no readable answer comes to, by its status. Only 429 says for certain that a request had no effect. A question had none in any case,
 * so that 5xx only says that the authority is down.
 */
export function silence(status: number, asked: Asked, reason: string): Unavailable | Unknown {
  const isQuestion = asked === 'find' || asked === 'batch';
  return status === 429 || (isQuestion && status >= 500) ? unavailable(reason) : unknown(reason);
}

export function pending(reason: string, protocol?: string): Pending {
  return { kind: 'pending', reason, ...(protocol !== undefined && { protocol }) };
}

/**
 * What a refusal means, by its class and what was asked. To a question it never means that there is no note: the lookup was refused, and
 * not the note.
 */
export function verdictOf(refusal: Refusal, asked: Asked): Verdict {
  const reason = refusal.error.source;
  switch (refusal.class) {
    case 'RETRY':
    case 'FIX_CLOCK': // our clock is ahead of theirs: the same document is in order a while later
      return { ...unavailable(reason), refusal };
    case 'PENDING':
      return { ...(asked === 'cancel' ? unsettled(reason) : pending(reason)), refusal };
    case 'RETRY_LOOKUP':
    case 'NOT_FOUND':
    case 'EMPTY':
    case 'ALERT':
      return { ...unsettled(reason), refusal };
    case 'LOOKUP':
    case 'IDEMPOTENT':
      return asked === 'find' ? { ...unsettled(reason), refusal } : { kind: 'already-used', refusal };
    case 'BUG':
    case 'CONFIG':
    case 'DEADLINE':
    case 'STATE':
    case 'FIX_DATA':
    case 'NOT_APPLICABLE':
    case 'UNLISTED':
      if (asked === 'find') return { ...unsettled(reason), refusal };
      return { kind: refusal.doubtful ? 'doubtful' : 'refused', refusal };
  }
}

/**
 * What became of a declaration by an answer that shows no note.
 *
 * @param lookUp asks for the note, which a refusal may hide
 */
export async function withoutNote(
  verdict: Verdict,
  status: number,
  lookUp: () => Promise<FindOutcome>,
): Promise<IssueOutcome> {
  switch (verdict.kind) {
    case 'already-used':
      return { kind: 'already-used', reason: verdict.refusal.error.source };
    case 'refused':
      return { kind: 'rejected', error: verdict.refusal.error };
    case 'doubtful':
      return afterLookup(await lookUp(), verdict.refusal);
    case 'pending':
    case 'unavailable':
    case 'unknown':
      return verdict;
    case 'absent':
      return anotherQuestion(status);
  }
}

/** An answer that says nothing of what was asked. */
export function anotherQuestion(status: number): Unknown {
  return unsettled(`HTTP ${status}: an answer to another question`);
}

/** Refused only where the authority says that there is no note. */
function afterLookup(found: FindOutcome, { error }: Refusal): IssueOutcome {
  switch (found.kind) {
    case 'found':
      return { kind: 'already-used', reason: error.source };
    case 'absent':
      return { kind: 'rejected', error };
    case 'pending':
      return found;
    case 'rejected':
    case 'unavailable':
    case 'unknown':
      return unsettled(error.source);
  }
}
