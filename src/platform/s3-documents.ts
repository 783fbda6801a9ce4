import { DocumentMissing, type Documents } from '../commands/ports.ts';
import type { S3 } from './s3.ts';

/** `DocsBucket`. A document that is there already is the same document, since its key carries its hash: left as it is. */
export function s3Documents(objects: S3, bucket: string): Documents {
  return {
    async put(key, content, contentType) {
      await objects.putNew(bucket, key, content, contentType);
    },
    async get(key) {
      const bytes = await objects.get(bucket, key);
      if (bytes === undefined) throw new DocumentMissing(key);
      return Buffer.from(bytes).toString('utf8');
    },
  };
}
