import { describe, expect, it } from 'vitest';
import { at, draft, emitted, invoiceId, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, START, tipAfter } from '../events/commit.ts';
import { documentKey } from '../events/document-key.ts';
import type { NewEvent } from '../events/event-types.ts';
import { type DocumentState, verifyDocuments } from './verify-documents.ts';

const key = (kind: string) => documentKey(invoiceId, kind, kind, 'xml', at);
const name = (kind: string) => key(kind).slice(invoiceId.length + 1);

const withKeys = (one: NewEvent, keys: object) => ({ ...one, data: { ...one.data, ...keys } }) as NewEvent;
const first = commitOf(draft({ events: [withKeys(emitted, { xmlKey: key('dps') })], tip: START }));
const second = commitOf(
  draft({ events: [withKeys(issued, { nfseXmlKey: key('nfse') })], tip: tipAfter(first), commitId: '2' }),
);
const history: readonly Commit[] = [first, second];

const verify = (states: Readonly<Record<string, DocumentState>>) =>
  verifyDocuments({ stateOf: async (one) => states[one] ?? 'intact' }, invoiceId, history);

describe('the documents that a history names', () => {
  it('are no finding where each has the hash in its key', async () => {
    expect(await verify({})).toEqual([]);
  });

  it('are found one by one where they are gone or others, with the event that names them', async () => {
    expect(await verify({ [key('dps')]: 'missing', [key('nfse')]: 'damaged' })).toEqual([
      { kind: 'document-missing', version: 1, document: name('dps') },
      { kind: 'document-damaged', version: 2, document: name('nfse') },
    ]);
  });

  it('are asked for once each', async () => {
    const asked: string[] = [];
    const twice = [
      ...history,
      commitOf(draft({ events: second.events as never, tip: tipAfter(second), commitId: '3' })),
    ];
    await verifyDocuments(
      {
        stateOf: async (one) => {
          asked.push(one);
          return 'intact';
        },
      },
      invoiceId,
      twice,
    );
    expect(asked).toEqual([...new Set(asked)]);
    expect(asked).toEqual(expect.arrayContaining([key('dps'), key('nfse')]));
  });
});
