import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import type { S3 } from '../s3.ts';
import type { KeptDocument } from './encoding.ts';
import type { DayPart } from './place.ts';

/** Documents of a part of a day, in one object. None is ever changed: what came later is in one more. */
export interface DocumentPacks {
  /** The packs of a part, in the order they were written. */
  of(part: DayPart): AsyncIterable<readonly KeptDocument[]>;
  /** The document in them. What stands behind it in its pack is neither inflated nor, but for some kilobytes, downloaded. */
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

/**
 * ```
 * archive/2026-11-26/3f.ndjson.gz      a document a line: {"key":"inv_…/dps-20261126-….xml","content":"<?xml …"}
 * archive/2026-11-26/3f-2.ndjson.gz    what came after the first was written
 * ```
 *
 * Whole documents, to be read with what every machine has, and with nothing of the table's.
 */
export function documentPacks(objects: Pick<S3, 'read' | 'putNew'>, bucket: string): DocumentPacks {
  /** What `consume` makes of the lines of each pack. */
  async function* fromPacks<T>(part: DayPart, consume: (lines: AsyncIterable<string>) => Promise<T>): AsyncIterable<T> {
    for (let number = 1; ; number++) {
      const result = await objects.read(bucket, packKey(part, number), async (body) => ({
        value: await fromLines(body, consume),
      }));
      if (!result) return;
      yield result.value;
    }
  }

  return {
    of: (part) => fromPacks(part, async (lines) => (await Array.fromAsync(lines)).map(documentIn)),
    async find(part, key) {
      // The members of a line are in this order, so that only the line that counts is parsed.
      const beginning = `{"key":${JSON.stringify(key)},`;
      const lineOfKey = async (lines: AsyncIterable<string>) => {
        for await (const line of lines) if (line.startsWith(beginning)) return line;
        return undefined;
      };
      for await (const line of fromPacks(part, lineOfKey)) if (line !== undefined) return documentIn(line).content;
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
const documentIn = (line: string): KeptDocument => JSON.parse(line) as KeptDocument;

/** Inflates as much of a pack as is asked for. @throws zlib's error where it is no gzip, or ends too early */
function fromLines<T>(
  gzip: AsyncIterable<Uint8Array>,
  consume: (lines: AsyncIterable<string>) => Promise<T>,
): Promise<T> {
  const text = createGunzip().setEncoding('utf8');
  const inflating = pipeline(gzip, text);
  inflating.catch(() => {}); // it fails where `text` fails, and where that is left before its end
  return consume(linesIn(text));
}

async function* linesIn(text: AsyncIterable<string>): AsyncIterable<string> {
  let line = '';
  for await (const chunk of text) {
    const [end = '', ...next] = chunk.split('\n');
    line += end;
    for (const beginning of next) {
      yield line;
      line = beginning;
    }
  }
}
