import { DocumentDamaged, DocumentMissing } from '../../commands/ports.ts';
import { parseDocumentName, sha256 } from '../../events/document-key.ts';
import { decompressed } from './encoding.ts';
import { certificateIn, type DocumentItem } from './items.ts';
import { DEEPEST, type RecentDocument } from './recent.ts';

/** The last one of the longest chain may have certificates in it. */
const LAST_LEVEL = DEEPEST + 1;

/**
 * Opens documents: what an item was compressed with is opened before it, and everything is checked against the hash in its key.
 *
 * @param find the item of a key, or the document where it is not in the table; `undefined` where it is nowhere
 * @param opened what was opened before, which is neither looked for nor checked again; what is opened is added
 */
export function documentOpener(
  find: (key: string) => Promise<DocumentItem | string | undefined>,
  opened = new Map<string, RecentDocument>(),
): (key: string) => Promise<RecentDocument> {
  /** @throws DocumentMissing, DocumentDamaged */
  async function open(key: string, level: number): Promise<RecentDocument> {
    // Bases that lead in a circle were not written here.
    if (level > LAST_LEVEL) throw new DocumentDamaged(key);
    const before = opened.get(key);
    if (before) return before;
    const found = await find(key);
    if (found === undefined) throw new DocumentMissing(key);
    const document = typeof found === 'string' ? { key, content: found, depth: 1 } : await unpacked(found, level);
    if (!isWhatItsKeySays(key, document.content)) throw new DocumentDamaged(key, document.content);
    opened.set(key, document);
    return document;
  }

  async function unpacked({ key, body, dictionary, bases }: DocumentItem, level: number): Promise<RecentDocument> {
    const on = await Promise.all(bases.map((base) => open(base, level + 1)));
    const depth = 1 + Math.max(0, ...on.map((base) => base.depth));
    const texts = on.map(({ content }) => content);
    try {
      return { key, content: decompressed(body, dictionary, texts), depth };
    } catch (error) {
      throw new DocumentDamaged(key, undefined, { cause: error });
    }
  }

  return (key) => open(key, 1);
}

/** Whether a content has the hash that stands in the key. */
export function isWhatItsKeySays(key: string, content: string): boolean {
  const digest = certificateIn(key)?.digest ?? parseDocumentName(key.slice(key.indexOf('/') + 1))?.sha256;
  return sha256(content) === digest;
}
