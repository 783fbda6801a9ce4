import type { ExecuteDeps } from '../commands/execute.ts';
import type { Documents } from '../commands/ports.ts';
import type { Outcome } from '../commands/record-outcome/decide.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { LivingInvoice, Note } from '../events/invoice.ts';
import { type Authority, NotRepresentable, type Represented } from './authority.ts';
import { recorded } from './evidence.ts';
import type { Gate } from './lanes/gate.ts';
import { deferred, failed, type Kept, NOTHING_SAID } from './outcomes.ts';
import { type PriorSubmission, reasonToWait } from './prior-submission.ts';
import type { Provider, Submission } from './providers/provider.ts';
import { sendingBy, TooLateToSend } from './send-deadline.ts';

export interface WorkerDeps extends ExecuteDeps {
  readonly documents: Documents;
  /** @throws NotRepresentable when the company cannot show itself there */
  readonly authorityFor: (represented: Represented) => Promise<Authority>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly retryBaseSeconds: number;
  /** How long an invoice may be deferred before it fails. */
  readonly giveUpAfterSeconds: number;
  /** How long a message of a fresh emission may be trusted to tell the state of its stream. */
  readonly trustSeconds: number;
  /** How long after a handling began it may still begin to send. */
  readonly sendWithinSeconds: number;
  /** Whether a lane flows. */
  readonly gateOf: (lane: string) => Gate;
  /** The longest that any worker may still be sending on the strength of what it read. */
  readonly inFlightSeconds: number;
  /** Whether this process has not met the invoice lately: a message delivered twice must not be trusted twice. */
  readonly firstSight: (invoiceId: InvoiceId) => boolean;
}

/** The handling of one message. */
export interface Handling extends WorkerDeps {
  /** Every answer of the authority is younger, however long it took to be kept. */
  readonly begunAt: Date;
  /** After this time nothing is sent any more: it could still be on its way when the deadline is over. */
  readonly sendBy: Date;
}

/** One invoice's exchanges with its authority: all of them are kept. */
export interface Conversation extends Kept {
  readonly provider: Provider;
  /** What was known of it when the conversation began. */
  readonly prior: PriorSubmission;
}

/** The part of an invoice that a submission needs: from the stream, or from the message of a fresh emission. */
export type Submittable = Pick<
  LivingInvoice,
  'id' | 'companyCnpj' | 'municipalityCode' | 'dps' | 'xmlKey' | 'attempt' | 'deferralReason' | 'protocol'
> & { readonly route: Pick<LivingInvoice['route'], 'authority' | 'besideCity'> };

/**
 * Speaks to the authority in the company's name. Where the company cannot show itself, what was certainly never sent fails and says
 * what to do; what may have been sent waits, because only the authority knows what became of it. So does
 * what it would be too late to send.
 */
export async function speaking<O extends Outcome | undefined>(
  deps: Handling,
  invoice: Submittable & { readonly note?: Note },
  prior: PriorSubmission,
  talk: (conversation: Conversation) => Promise<O>,
): Promise<O | Outcome> {
  let authority: Authority;
  try {
    authority = await deps.authorityFor(invoice);
  } catch (error) {
    if (!(error instanceof NotRepresentable)) throw error;
    if (prior !== 'never') {
      return deferred(deps, NOTHING_SAID, invoice, reasonToWait(prior, invoice), error.message);
    }
    if (invoice.note) return { kind: 'cancel-failed', error: error.error };
    return failed(deps, NOTHING_SAID, error.error);
  }
  const conversation = conversationWith(authority, deps, invoice, prior);
  try {
    return await talk(conversation);
  } catch (error) {
    if (!(error instanceof TooLateToSend)) throw error;
    return deferred(deps, conversation, invoice, reasonToWait(prior, invoice), error.message);
  }
}

export function conversationWith(
  authority: Authority,
  deps: Handling,
  invoice: Submittable,
  prior: PriorSubmission,
): Conversation {
  const outward = sendingBy(deps.sendBy, authority.transport, deps.now);
  const { transport, keys } = recorded(outward, deps.documents, invoice.id, deps.now);
  return { provider: authority.provider(transport), prior, keys };
}

export async function submissionOf(deps: WorkerDeps, invoice: Submittable): Promise<Submission> {
  const { id, companyCnpj, municipalityCode, dps, xmlKey, attempt, protocol } = invoice;
  const document = await deps.documents.get(xmlKey);
  const known = protocol ? { protocol } : {};
  return { invoiceId: id, companyCnpj, municipalityCode, dps, document, attempt, ...known };
}
