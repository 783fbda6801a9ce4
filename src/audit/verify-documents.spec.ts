import { describe, expect, it } from 'vitest';
import { at, draft, emitted, invoiceId, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, START, tipAfter } from '../events/commit.ts';
import { documentKey } from '../events/document-key.ts';
import type { NewEvent } from '../events/event-types.ts';
import {
  type DocumentState,
  documentsToAwait,
  keyOf,
  memoryAwaitedDocuments,
  verifyAwaited,
} from './verify-documents.ts';

const key = (kind: string, when = at) => documentKey(invoiceId, kind, kind, 'xml', when);
const name = (kind: string) => key(kind).slice(invoiceId.length + 1);

const withKeys = (one: NewEvent, keys: object) => ({ ...one, data: { ...one.data, ...keys } }) as NewEvent;
const first = commitOf(draft({ events: [withKeys(emitted, { xmlKey: key('dps') })], tip: START }));
const second = commitOf(
  draft({ events: [withKeys(issued, { nfseXmlKey: key('nfse') })], tip: tipAfter(first), commitId: '2' }),
);
const third = commitOf(draft({ events: second.events as never, tip: tipAfter(second), commitId: '3' }));
const history: readonly Commit[] = [first, second];

const awaitedOf = (commits: readonly Commit[], intact: readonly string[] = []) =>
  documentsToAwait({ isIntact: async (one) => intact.includes(one) }, invoiceId, commits);

/** What is found of these documents where the archive has them in these states, and how often it was asked. */
async function verify(commits: readonly Commit[], states: Readonly<Record<string, DocumentState>>) {
  const awaited = memoryAwaitedDocuments();
  awaited.add(await awaitedOf(commits));
  const asked: (readonly [string, readonly string[]])[] = [];
  const found: unknown[] = [];
  await verifyAwaited(
    {
      statesOn: async (day, keys) => {
        asked.push([day, keys]);
        return new Map(keys.map((one) => [one, states[one] ?? 'intact']));
      },
    },
    awaited,
    (id, findings) => void found.push([id, findings]),
  );
  return { found, asked, left: awaited.days() };
}

describe('the documents that a history names', () => {
  it('are left to the archive where the table does not have them as their keys say', async () => {
    expect((await awaitedOf(history)).map(keyOf)).toEqual([key('dps'), key('nfse')]);
    expect(await awaitedOf(history, [key('dps')])).toEqual([{ invoiceId, version: 2, document: name('nfse') }]);
    expect(await awaitedOf(history, [key('dps'), key('nfse')])).toEqual([]);
  });

  it('are named once, by the first event that names them', async () => {
    expect((await awaitedOf([...history, third])).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('are no finding where the archive has each with the hash in its key', async () => {
    expect(await verify(history, {})).toMatchObject({ found: [], left: [] });
  });

  it('are found one by one where they are gone or others, with the event that names them', async () => {
    const { found } = await verify(history, { [key('dps')]: 'missing', [key('nfse')]: 'damaged' });
    expect(found).toEqual([
      [
        invoiceId,
        [
          { kind: 'document-missing', version: 1, document: name('dps') },
          { kind: 'document-damaged', version: 2, document: name('nfse') },
        ],
      ],
    ]);
  });

  it('are asked for by day, each once', async () => {
    const earlier = key('dps', '2026-11-09T12:00:00.000Z');
    const old = `${invoiceId}/dps-${'x'.repeat(43)}.xml`;
    const commits = [
      commitOf(draft({ events: [withKeys(emitted, { xmlKey: earlier })] })),
      commitOf(
        draft({ tip: tipAfter(first), events: [withKeys(issued, { nfseXmlKey: key('nfse'), evidence: [old] })] }),
      ),
    ];
    const awaitedTwice = [...commits, ...commits];
    expect((await verify(awaitedTwice, {})).asked).toEqual([
      ['2026-11-09', [earlier]],
      ['2026-11-10', [key('nfse')]],
      ['none', [old]],
    ]);
  });
});
