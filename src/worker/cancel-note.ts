import type { Outcome } from '../commands/record-outcome/decide.ts';
import type { LivingInvoice, Note } from '../events/invoice.ts';
import { type Conversation, type Handling, submissionOf } from './conversation.ts';
import { deferred, kept, stored } from './outcomes.ts';
import { outcomeOfFind } from './submit.ts';

/** The same that emissions keep: clocks differ. */
const CLOCK_MARGIN_MS = 60_000;

/** Asks the authority to cancel a note that it issued. */
export async function cancelNote(
  deps: Handling,
  talk: Conversation,
  invoice: LivingInvoice,
  { accessKey, nfseNumber, issuedAt }: Note,
): Promise<Outcome> {
  const { municipalRegistration } = invoice.issuer;
  const answer = await talk.provider.cancel({
    invoiceId: invoice.id,
    companyCnpj: invoice.companyCnpj,
    municipalityCode: invoice.municipalityCode,
    dps: invoice.dps,
    nfseNumber,
    issuedAt,
    ...(accessKey ? { accessKey } : {}),
    ...(municipalRegistration ? { municipalRegistration } : {}),
    reasonCode: invoice.cancellation?.reasonCode ?? '9',
    reason: invoice.cancellation?.reason ?? '',
    at: cancellationTime(invoice.cancellation?.requestedAt ?? invoice.updatedAt, issuedAt),
  });
  switch (answer.kind) {
    case 'cancelled': {
      const { protocol, cancelledAt, xml } = answer;
      const eventXmlKey = await stored(deps, invoice.id, 'cancellation', xml);
      return { kind: 'cancelled', protocol, cancelledAt, ...(eventXmlKey ? { eventXmlKey } : {}), ...kept(talk) };
    }
    case 'rejected':
      return { kind: 'cancel-failed', error: answer.error, ...kept(talk) };
    case 'unavailable':
      return deferred(deps, talk, invoice, 'provider-unavailable', answer.reason);
    case 'unknown':
      return deferred(deps, talk, invoice, 'outcome-unknown', answer.reason);
  }
}

/**
 * The time a cancellation bears: from what is stored and never from the clock, so that a request sent again is the same bytes. It may
 * be neither in the authority's future, whose clock may be behind ours, nor before the note.
 */
function cancellationTime(requestedAt: string, issuedAt: string): string {
  return new Date(Math.max(Date.parse(requestedAt) - CLOCK_MARGIN_MS, Date.parse(issuedAt))).toISOString();
}

/**
 * A cancellation came before any answer to the emission. It is final without a note only when the authority has none and no
 * worker can still be sending one: whoever read the stream after the request does not send, and whoever read it before is done
 * after `inFlightSeconds`. Until then there is nothing to record; the reconciler brings the invoice back.
 */
export async function settleUnsent(
  deps: Handling,
  talk: Conversation,
  invoice: LivingInvoice,
): Promise<Outcome | undefined> {
  const found = await talk.provider.find(await submissionOf(deps, invoice));
  if (found.kind !== 'absent') return outcomeOfFind(deps, talk, invoice, found);
  const requestedAt = Date.parse(invoice.cancellation?.requestedAt ?? invoice.updatedAt);
  // By the time when this handling began: what the authority said may be old by now.
  if (deps.begunAt.getTime() - requestedAt < deps.inFlightSeconds * 1000) return undefined;
  return { kind: 'cancelled', cancelledAt: deps.now().toISOString(), ...kept(talk) };
}
