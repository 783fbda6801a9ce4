import { describe, expect, it } from 'vitest';
import { draft, invoiceId, newEmission } from '../../test/invoices.ts';
import { commitOf } from '../events/commit.ts';
import {
  documentPath,
  EVENTS,
  jsonLine,
  MANIFEST,
  type Manifest,
  manifestFile,
  PROOFS,
  SEALS,
  verifyBundle,
} from './bundle.ts';
import { dayOf, prover, sealOf } from './seal.ts';

const commit = commitOf(draft({ at: '2026-11-20T12:00:00.000Z' }));
const day = dayOf(commit);
const seal = sealOf(day, [commit], undefined);
const proof = prover(day, [commit])(commit) ?? {};

/** A bundle whose manifest was made of these very files; the documents are told to be missing. */
function bundle(exportedAt: string, texts: Readonly<Record<string, string>> = {}) {
  const contents = new Map(
    Object.entries({ [EVENTS]: jsonLine(commit), [SEALS]: jsonLine(seal), [PROOFS]: jsonLine(proof), ...texts }).map(
      ([name, text]) => [name, Buffer.from(text)],
    ),
  );
  const documents = commit.events.flatMap(({ data }) =>
    Object.values(data ?? {}).filter((value) => typeof value === 'string' && value.startsWith(`${invoiceId}/`)),
  );
  const manifest: Manifest = {
    v: 1,
    companyCnpj: '11222333000181',
    from: day,
    to: day,
    exportedAt,
    software: 'nfse-ledger',
    invoices: 1,
    commits: 1,
    missingDocuments: documents.map((key) => documentPath(invoiceId, String(key).slice(invoiceId.length + 1))),
    files: [...contents].map(([name, content]) => manifestFile(name, content)),
  };
  contents.set(MANIFEST, Buffer.from(JSON.stringify(manifest)));
  return { names: [...contents.keys()], read: (name: string) => contents.get(name) };
}

const cut = { [SEALS]: '', [PROOFS]: '' };

describe('a bundle', () => {
  it('is good with the seal of each day and a proof of each commit', () =>
    expect(verifyBundle(bundle('2026-12-01T09:00:00.000Z'))).toMatchObject({ good: true, problems: [], proven: 1 }));

  it.each(['2026-11-23T00:00:00.000Z', '2026-12-01T09:00:00.000Z', 'some day'])(
    'exported at %s does not verify without the seal of a day that had one by then',
    (exportedAt) =>
      expect(verifyBundle(bundle(exportedAt, cut))).toMatchObject({
        good: false,
        problems: [`${invoiceId}: version 1 is of ${day}, and there is no seal of that day`],
      }),
  );

  it('does not verify with a history of another company than the id was derived from', () => {
    const { emitted } = newEmission('pedido-119');
    const foreign = commitOf(draft({ at: commit.at, events: [emitted] }));
    expect(verifyBundle(bundle('2026-12-01T09:00:00.000Z', { [EVENTS]: jsonLine(foreign) })).problems).toContain(
      `${invoiceId}: names another company than its id was derived from`,
    );
  });

  it('verifies where the day could not be sealed yet', () =>
    expect(verifyBundle(bundle('2026-11-22T23:00:00.000Z', cut))).toMatchObject({
      good: true,
      proven: 0,
      unsealed: 1,
    }));

  it.each([
    ['a commit that is null', EVENTS, 'null\n'],
    ['a commit without a time', EVENTS, jsonLine({ ...commit, at: undefined })],
    ['a commit without events', EVENTS, jsonLine({ ...commit, events: 'none' })],
    ['a commit with an event that is null', EVENTS, jsonLine({ ...commit, events: [null] })],
    ['a seal that is null', SEALS, 'null\n'],
    ['a seal of no day', SEALS, jsonLine({ ...seal, day: 'hello' })],
    ['a seal of nothing', SEALS, '{}\n'],
    ['a proof without a path', PROOFS, jsonLine({ ...proof, path: null })],
    ['a proof of a text', PROOFS, '"proof"\n'],
  ])('with %s says which line, whatever its manifest says', (_, name, line) =>
    expect(verifyBundle(bundle('2026-12-01T09:00:00.000Z', { [name]: line }))).toMatchObject({
      good: false,
      problems: expect.arrayContaining([`${name}, line 1: not what it should be`]),
    }),
  );

  it.each(['null', '[]', '{"v":1}', '{"files":[null]}'])(
    'with %s for a manifest is told, and checked all the same',
    (text) => {
      const { names, read } = bundle('2026-12-01T09:00:00.000Z');
      const files = { names, read: (name: string) => (name === MANIFEST ? Buffer.from(text) : read(name)) };
      expect(verifyBundle(files)).toMatchObject({
        good: false,
        problems: expect.arrayContaining([`${MANIFEST}: not what it should be`]),
        proven: 1,
      });
    },
  );

  it('takes a commit without a canonical form as it lies, and does not verify with it', () => {
    const edited = { ...commit, events: commit.events.map((event) => ({ ...event, data: { total: 1.5 } })) };
    expect(verifyBundle(bundle('2026-12-01T09:00:00.000Z', { [EVENTS]: jsonLine(edited) })).problems).toEqual(
      expect.arrayContaining([`${invoiceId}: content-changed at version 1`]),
    );
  });
});
