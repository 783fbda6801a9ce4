import type { Outcome } from '../commands/record-outcome/decide.ts';
import { type Conversation, type Handling, type Submittable, submissionOf } from './conversation.ts';
import { deferred, failed, issued, numberTaken, processing } from './outcomes.ts';
import { reasonToWait } from './prior-submission.ts';
import type { FindOutcome } from './providers/provider.ts';

/** Sends the document, unless it was sent before and the note is there. */
export async function submit(deps: Handling, talk: Conversation, invoice: Submittable): Promise<Outcome> {
  const { provider, prior } = talk;
  const submission = await submissionOf(deps, invoice);
  if (prior !== 'never') {
    const found = await provider.find(submission);
    if (found.kind !== 'absent') return outcomeOfFind(deps, talk, invoice, found);
  }
  const answer = await provider.issue(submission);
  switch (answer.kind) {
    case 'issued': {
      if (answer.note.xml !== undefined) return issued(deps, talk, invoice.id, answer.note);
      // The answer named the note, and its document could not be read: the authority gives it again when asked.
      const found = await provider.find(submission);
      return issued(deps, talk, invoice.id, found.kind === 'found' ? found.note : answer.note);
    }
    case 'rejected':
      return failed(deps, talk, answer.error);
    case 'unavailable':
      return deferred(deps, talk, invoice, 'provider-unavailable', answer.reason);
    case 'pending':
      return processing(deps, talk, invoice, answer);
    case 'already-used':
    case 'unknown': {
      // The note may exist. Nothing is sent again before the authority has said that it does not.
      const found = await provider.find(submission);
      if (found.kind === 'found' || found.kind === 'pending') return outcomeOfFind(deps, talk, invoice, found);
      return deferred(deps, talk, invoice, 'outcome-unknown', answer.reason);
    }
  }
}

export async function outcomeOfFind(
  deps: Handling,
  talk: Conversation,
  invoice: Submittable,
  found: Exclude<FindOutcome, { kind: 'absent' }>,
): Promise<Outcome> {
  switch (found.kind) {
    case 'found':
      return found.matches
        ? issued(deps, talk, invoice.id, found.note)
        : failed(deps, talk, numberTaken(invoice, found.note));
    case 'pending':
      return processing(deps, talk, invoice, found);
    case 'rejected':
      return failed(deps, talk, found.error);
    case 'unavailable':
    case 'unknown':
      return deferred(deps, talk, invoice, reasonToWait(talk.prior, invoice), found.reason);
  }
}
