import { gunzipSync, gzipSync } from 'node:zlib';
import type { S3 } from '../s3.ts';
import type { KeptDocument } from './encoding.ts';
import type { DayPart } from './place.ts';

/** Documents of a part of a day, in one object. None is ever changed: what came later is in one more. */
export interface DocumentPacks {
  /** The packs of a part, in the order they were written. */
  of(part: DayPart): AsyncIterable<readonly KeptDocument[]>;
  /** The document in them; without reading what else is in the same pack, which may be thousands. */
  find(part: DayPart, key: string): Promise<string | undefined>;
  /**
   * Stores one more pack.
   *
   * @param number counted from 1
   * @returns whether it was stored: `false` where there is one of this number
   */
  put(part: DayPart, number: number, documents: readonly KeptDocument[]): Promise<boolean>;
}

/** What packs begin with. */
export const ARCHIVE = 'archive/';

const LARGEST_PACK_BYTES = 512 * 1024 * 1024;

/**
 * ```
 * archive/2026-11-26/3f.ndjson.gz      a document a line: {"key":"inv_…/dps-20261126-….xml","content":"<?xml …"}
 * archive/2026-11-26/3f-2.ndjson.gz    what came after the first was written
 * ```
 *
 * Whole documents, to be read with what every machine has, and with nothing of the table's.
 */
export function documentPacks(objects: Pick<S3, 'get' | 'putNew'>, bucket: string): DocumentPacks {
  async function* texts(part: DayPart): AsyncIterable<string> {
    for (let number = 1; ; number++) {
      const pack = await objects.get(bucket, packKey(part, number));
      if (!pack) return;
      yield gunzipSync(pack, { maxOutputLength: LARGEST_PACK_BYTES }).toString('utf8');
    }
  }

  return {
    async *of(part) {
      for await (const text of texts(part)) yield linesIn(text).map(documentIn);
    },
    async find(part, key) {
      // A line break within a document is written otherwise in JSON: this can only be where a line begins.
      const beginning = `\n{"key":${JSON.stringify(key)},`;
      for await (const text of texts(part)) {
        const at = `\n${text}`.indexOf(beginning);
        if (at >= 0) return documentIn(text.slice(at, text.indexOf('\n', at))).content;
      }
      return undefined;
    },
    put: (part, number, documents) =>
      objects.putNew(bucket, packKey(part, number), packOf(documents), 'application/gzip'),
  };
}

function packKey({ day, shard }: DayPart, number: number): string {
  return `${ARCHIVE}${day}/${shard}${number === 1 ? '' : `-${number}`}.ndjson.gz`;
}

/**
 * The same documents give the same bytes, whoever lists them. To look harder than zlib does by itself saves two bytes of a thousand, and takes most of
 * a minute for a pack of such texts as an authority could choose.
 */
function packOf(documents: readonly KeptDocument[]): Buffer {
  return gzipSync(
    documents
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(lineOf)
      .join(''),
  );
}

const lineOf = ({ key, content }: KeptDocument): string => `${JSON.stringify({ key, content })}\n`;
const linesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const documentIn = (line: string): KeptDocument => JSON.parse(line) as KeptDocument;
