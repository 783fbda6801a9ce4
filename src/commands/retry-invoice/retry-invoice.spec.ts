import { describe, expect, it } from 'vitest';
import { SINGLE, standInProfiles } from '../../../local/municipality-profiles.ts';
import { at, emitted, existing, failed, invoiceId, meta, rejection, route } from '../../../test/invoices.ts';
import { START, tipAfter } from '../../events/commit.ts';
import { read } from '../../events/event-store.ts';
import { event, type NewEvent } from '../../events/event-types.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import { profilesFrom } from '../../nfse/municipality-profiles/profiles.ts';
import type { Route } from '../../nfse/routing/route.ts';
import type { Work } from '../work.ts';
import { NoteMayExist } from './decide.ts';
import { type RetryRequest, retryInvoice } from './retry-invoice.ts';

const profileOf = profilesFrom(standInProfiles('http://127.0.0.1:9'));
const toCity: Route = { authority: 'city', rule: 'company-decision' };
const NEXT_NUMBER = 119;

const failedWith = (code: string) => event('Failed', { ...failed.data, error: { ...rejection, code } });

/** Retries an invoice to which this happened, a week after it was emitted. */
async function retried(happened: readonly NewEvent[], request: Partial<RetryRequest> = {}) {
  const events = memoryEventStore();
  let tip = START;
  for (const one of happened) {
    const commitId = `commit-${tip.version}`;
    tip = tipAfter(await events.append({ invoiceId, tip, events: [one], meta, at, commitId }));
  }
  const started: Work[] = [];
  const documents = new Map<string, string>();
  const deps = {
    events,
    documents: { put: async (key: string, content: string) => void documents.set(key, content) },
    numbers: { take: async () => NEXT_NUMBER },
    workflow: { start: async (work: Work) => void started.push(work) },
    newCommitId: () => 'commit-retry',
    onWorkflowNotStarted: (_work: Work, error: unknown) => {
      throw error;
    },
    dps: { environment: '2' as const, softwareVersion: 'nfse-ledger-test', profileOf },
  };
  const known = read(invoiceId, await events.load(invoiceId));
  const asked = { by: 'erp', reason: 'A prefeitura voltou', route, ...request };
  const decided = await retryInvoice(deps, known, asked, { at: '2026-11-17T12:31:00.000Z', meta });
  expect(started).toHaveLength(1);
  const invoice = existing(decided.invoice);
  return { invoice, document: documents.get(invoice.xmlKey), work: started[0] };
}

const xmlKeyAfter = async (code: string, request?: Partial<RetryRequest>) =>
  (await retried([emitted, failedWith(code)], request)).invoice.xmlKey;

describe('the retry of an invoice', () => {
  it.each(['OUTCOME_UNKNOWN', 'AUTHORITY_UNAVAILABLE'])(
    'that no answer stands behind sends the very same document, so that a note is recognised (%s)',
    async (code) => expect(await xmlKeyAfter(code)).toBe(emitted.data.xmlKey),
  );
  it('that was refused sends a document of its own time', async () =>
    expect(await xmlKeyAfter('E0240')).not.toBe(emitted.data.xmlKey));
  it('that corrects something sends the corrected document', async () =>
    expect(await xmlKeyAfter('AUTHORITY_UNAVAILABLE', { corrections: { competenceDate: '2026-11-09' } })).not.toBe(
      emitted.data.xmlKey,
    ));
});

describe('the retry of an invoice that another authority takes by now', () => {
  /** In a city with a system of its own, the national system took it first. */
  const first = event('Emitted', { ...emitted.data, municipalityCode: SINGLE });

  it('sends the other authority its own document, under a number that no note can have', async () => {
    const { invoice, document, work } = await retried([first, failedWith('E0037')], { route: toCity });
    expect(invoice).toMatchObject({ route: toCity, provider: 'abrasf', dps: { series: '1', number: NEXT_NUMBER } });
    expect(document).toContain(`<Numero>${NEXT_NUMBER}</Numero>`);
    expect(work).toMatchObject({ route: { authority: 'city' }, provider: 'abrasf', dps: { number: NEXT_NUMBER } });
  });

  it.each(['OUTCOME_UNKNOWN', 'AUTHORITY_UNAVAILABLE'])(
    'stays with the first where that has not answered (%s)',
    async (code) => {
      const { invoice } = await retried([first, failedWith(code)], { route: toCity });
      expect(invoice).toMatchObject({ route, dps: first.data.dps, xmlKey: first.data.xmlKey });
    },
  );

  it('stays with the first where that has not answered, corrected or not', async () => {
    const corrections = { competenceDate: '2026-11-09' };
    const { invoice, document } = await retried([first, failedWith('OUTCOME_UNKNOWN')], { route: toCity, corrections });
    expect(invoice).toMatchObject({ route, dps: first.data.dps });
    expect(document).toContain('<infDPS');
  });

  it.each<[string, readonly NewEvent[]]>([
    [
      'was asked once before without an answer',
      [
        first,
        failedWith('OUTCOME_UNKNOWN'),
        event('RetryRequested', { by: 'erp', reason: 'De novo', total: 1, xmlKey: 'x' }),
        failedWith('E0037'),
      ],
    ],
    ['has another note under its number', [first, failedWith('DPS_NUMBER_TAKEN')]],
  ])('is refused where the first %s: there may be a note', async (_, happened) =>
    expect(retried(happened, { route: toCity })).rejects.toThrow(NoteMayExist),
  );
});
