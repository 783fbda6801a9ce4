import type { S3 } from '../s3.ts';
import type { DocumentArchive } from './document-store.ts';
import { documentPacks } from './packs.ts';
import { dayPartOf } from './place.ts';

/**
 * What `DocsBucket` has of documents: packs of the days that are over, and as an object each those that no item can hold, with
 * those from before there was the table.
 */
export function s3DocumentArchive(objects: Pick<S3, 'get' | 'read' | 'putNew'>, bucket: string): DocumentArchive {
  const packs = documentPacks(objects, bucket);
  return {
    async get(key) {
      const part = dayPartOf(key);
      const packed = part && (await packs.find(part, key));
      if (packed !== undefined) return packed;
      const bytes = await objects.get(bucket, key);
      return bytes && Buffer.from(bytes).toString('utf8');
    },
    async putWhole(key, content) {
      await objects.putNew(bucket, key, content, contentTypeOf(key));
    },
  };
}

export function contentTypeOf(key: string): string {
  return key.endsWith('.json') ? 'application/json' : 'application/xml';
}
