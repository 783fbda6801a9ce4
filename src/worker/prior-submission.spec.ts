import { describe, expect, it } from 'vitest';
import { at } from '../../test/invoices.ts';
import { work } from '../../test/scripted-worker.ts';
import type { Work } from '../commands/work.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { isNoteInQuestion, priorSubmission, reasonToWait } from './prior-submission.ts';

type Waiting = Pick<LivingInvoice, 'attempt' | 'deferralReason'>;

const untried: Waiting = { attempt: 0 };
const unsent: Waiting = { attempt: 1, deferralReason: 'provider-unavailable' };
const unknown: Waiting = { attempt: 1, deferralReason: 'outcome-unknown' };
const processing: Waiting = { attempt: 1, deferralReason: 'authority-processing' };
const emitted = { xmlKey: 'inv/dps.xml', tip: { version: 2, hash: 'h' }, at };

const prior = (invoice: Waiting, asked: Partial<Work>, receiveCount = 1) =>
  priorSubmission(invoice, { ...work, ...asked }, { messageId: 'message-1', receiveCount, sentAt: new Date(at) });

describe('an invoice was submitted before', () => {
  it.each<[string, Waiting, Partial<Work>]>([
    ['emitted', untried, { origin: 'emission', emitted }],
    ['retried', untried, { origin: 'retry' }],
    ['to be cancelled', untried, { origin: 'cancellation' }],
  ])('never, when it has just been %s', (_, invoice, asked) => expect(prior(invoice, asked)).toBe('never'));

  it.each<[string, Waiting, Partial<Work>]>([
    ['the client asked again', untried, { origin: 'emission' }],
    ['the reconciler found it', untried, { origin: 'reconciliation' }],
    ['its dead letter is replayed', untried, { origin: 'replay' }],
    ['it was deferred unsent', unsent, { origin: 'retry' }],
  ])('perhaps, when %s', (_, invoice, asked) => expect(prior(invoice, asked)).toBe('perhaps'));

  it.each<[string, Waiting, Partial<Work>, number]>([
    ['this very message was received before', unsent, { origin: 'emission', emitted }, 2],
    ['its dead letter is repaired', untried, { origin: 'repair' }, 1],
    ['nobody knows the outcome', unknown, { origin: 'reconciliation' }, 1],
    ['the authority is processing it', processing, { origin: 'reconciliation' }, 1],
  ])('certainly, when %s', (_, invoice, asked, receives) => expect(prior(invoice, asked, receives)).toBe('certainly'));
});

describe('an authority that tells nothing new', () => {
  it.each([
    ['never', untried, 'provider-unavailable'],
    ['perhaps', unsent, 'provider-unavailable'],
    ['perhaps', untried, 'outcome-unknown'],
    ['certainly', unsent, 'outcome-unknown'],
    ['certainly', unknown, 'outcome-unknown'],
  ] as const)('of what was submitted %s leaves the reason to wait: %j %s', (sent, invoice, reason) =>
    expect(reasonToWait(sent, invoice)).toBe(reason),
  );
});

describe('an invoice that ended', () => {
  const note = { providerProtocol: 'p', nfseNumber: '1', issuedAt: at };
  it.each([
    ['FAILED', undefined, 'certainly', true],
    ['CANCELLED', undefined, 'certainly', true],
    ['FAILED', undefined, 'perhaps', false],
    ['CANCELLED', note, 'certainly', false],
    ['ISSUED', note, 'certainly', false],
  ] as const)('as %s with the note %j, submitted %s: a note is in question: %s', (status, known, sent, question) =>
    expect(isNoteInQuestion({ status, ...(known && { note: known }) }, sent)).toBe(question),
  );
});
