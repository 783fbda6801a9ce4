import { describe, expect, it } from 'vitest';
import { DocumentDamaged, DocumentMissing } from '../../commands/ports.ts';
import { documentKey, sha256 } from '../../events/document-key.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { compressed, LATEST_DICTIONARY } from './encoding.ts';
import { certificateKey, type DocumentItem } from './items.ts';
import { documentOpener } from './opening.ts';
import type { RecentDocument } from './recent.ts';

const at = '2026-11-26T12:00:00.000Z';
const certificate = 'MII'.repeat(200);

/** A declaration with a certificate in it, and three documents more, each within the next. */
function chain() {
  const items = new Map<string, DocumentItem>();
  const add = (key: string, content: string, bases: readonly { key: string; content: string }[]) => {
    const texts = bases.map((base) => base.content);
    const body = compressed(content, texts);
    items.set(key, { key, body, dictionary: LATEST_DICTIONARY, bases: bases.map((base) => base.key) });
    return { key, content };
  };
  const signer = add(certificateKey('2026-11', sha256(certificate)), certificate, []);
  const documents: { key: string; content: string }[] = [];
  for (const kind of ['dps', 'sent', 'received', 'nfse']) {
    const before = documents.at(-1) ?? signer;
    const content = `<${kind}>${before.content}</${kind}>`;
    documents.push(add(documentKey('inv_a' as InvoiceId, kind, content, 'xml', at), content, [before]));
  }
  return { items, documents };
}

describe('an item of a document', () => {
  it('is opened with all that it rests on, which says how deep it lies', async () => {
    const { items, documents } = chain();
    const open = documentOpener(async (key) => items.get(key));
    const opened = [];
    for (const { key } of documents.toReversed()) opened.push(await open(key));
    expect(opened.map(({ content }) => content)).toEqual(documents.map(({ content }) => content).reverse());
    expect(opened.map(({ depth }) => depth)).toEqual([5, 4, 3, 2]);
  });

  it('is opened once where the others of its invoice are opened as well', async () => {
    const { items, documents } = chain();
    const looks: string[] = [];
    const opened = new Map<string, RecentDocument>();
    const open = documentOpener(async (key) => {
      looks.push(key);
      return items.get(key);
    }, opened);
    for (const { key } of documents) await open(key);
    expect(looks).toHaveLength(items.size);
    expect([...opened.keys()].sort()).toEqual([...items.keys()].sort());
  });

  it('rests on a document that is whole elsewhere', async () => {
    const { items, documents } = chain();
    const [declaration, sent] = documents;
    const open = documentOpener(async (key) => (key === declaration?.key ? declaration.content : items.get(key)));
    expect((await open(sent?.key ?? '')).content).toBe(sent?.content);
  });

  it('is damaged where what it rests on is, missing where that is gone, and never leads in a circle', async () => {
    const { items, documents } = chain();
    const [declaration, sent] = documents.map(({ key }) => items.get(key)) as [DocumentItem, DocumentItem];
    const opening = (changed: DocumentItem | undefined) =>
      documentOpener(async (key) => (key === declaration.key ? changed : items.get(key)))(sent.key);
    await expect(opening({ ...declaration, body: compressed('<dps/>', []) })).rejects.toThrow(DocumentDamaged);
    await expect(opening({ ...declaration, dictionary: 9 })).rejects.toThrow(DocumentDamaged);
    await expect(opening({ ...declaration, bases: [sent.key] })).rejects.toThrow(DocumentDamaged);
    await expect(opening(undefined)).rejects.toThrow(DocumentMissing);
  });
});
