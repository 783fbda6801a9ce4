import { describe, expect, it } from 'vitest';
import { at, emitted, failed, invoiceId, meta, rejection } from '../../../test/invoices.ts';
import { START, tipAfter } from '../../events/commit.ts';
import { read } from '../../events/event-store.ts';
import { event } from '../../events/event-types.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import type { Work } from '../work.ts';
import { retryInvoice } from './retry-invoice.ts';

/** Retries an invoice that failed with this code a week after it was emitted, and gives the key of the document that is sent. */
async function documentSent(code: string, corrections?: { readonly competenceDate: string }): Promise<string> {
  const events = memoryEventStore();
  let tip = START;
  for (const happened of [emitted, event('Failed', { ...failed.data, error: { ...rejection, code } })]) {
    const commitId = `commit-${tip.version}`;
    tip = tipAfter(await events.append({ invoiceId, tip, events: [happened], meta, at, commitId }));
  }
  const started: Work[] = [];
  const deps = {
    events,
    documents: { put: async () => {}, get: async () => '' },
    workflow: { start: async (work: Work) => void started.push(work) },
    newCommitId: () => 'commit-retry',
    onWorkflowNotStarted: (_work: Work, error: unknown) => {
      throw error;
    },
    dps: { environment: '2' as const, softwareVersion: 'nfse-ledger-test' },
  };
  const known = read(invoiceId, await events.load(invoiceId));
  const request = { by: 'erp', reason: 'A prefeitura voltou', ...(corrections ? { corrections } : {}) };
  const { invoice } = await retryInvoice(deps, known, request, { at: '2026-11-17T12:31:00.000Z', meta });
  expect(started).toHaveLength(1);
  if (invoice.status === 'NONE') throw new Error('It was emitted');
  return invoice.xmlKey;
}

describe('the retry of an invoice', () => {
  it.each(['OUTCOME_UNKNOWN', 'AUTHORITY_UNAVAILABLE'])(
    'that no answer stands behind sends the very same document, so that a note is recognised (%s)',
    async (code) => expect(await documentSent(code)).toBe(emitted.data.xmlKey),
  );
  it('that was refused sends a document of its own time', async () =>
    expect(await documentSent('E0240')).not.toBe(emitted.data.xmlKey));
  it('that corrects something sends the corrected document', async () =>
    expect(await documentSent('AUTHORITY_UNAVAILABLE', { competenceDate: '2026-11-09' })).not.toBe(
      emitted.data.xmlKey,
    ));
});
