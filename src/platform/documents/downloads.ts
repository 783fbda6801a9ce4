import type { S3 } from '../s3.ts';
import type { KeptDocument } from './encoding.ts';
import { contentTypeOf } from './s3-archive.ts';

export interface DownloadLink {
  /** Whoever has it may read the document: it is the permission, and is never logged. */
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** What copies begin with: the bucket's lifecycle takes them away. */
export const DOWNLOADS = 'downloads/';

/**
 * Links to documents. Neither the table nor a pack has an object that a link could lead to, so a copy is put where the bucket's
 * lifecycle takes it away after two days; who asks again on the same day gets the same copy.
 *
 * @param seconds how long a link works
 */
export function documentDownloads(objects: Pick<S3, 'putNew' | 'linkTo'>, bucket: string, seconds: number) {
  return async ({ key, content }: KeptDocument, fileName: string, now: Date): Promise<DownloadLink> => {
    const copy = `${DOWNLOADS}${now.toISOString().slice(0, 10)}/${key}`;
    const contentType = contentTypeOf(key);
    await objects.putNew(bucket, copy, content, contentType);
    const url = await objects.linkTo(
      bucket,
      copy,
      { contentType, contentDisposition: `attachment; filename="${fileName}"` },
      { expiresIn: seconds, signingDate: now },
    );
    return { url, expiresAt: new Date(now.getTime() + seconds * 1000).toISOString() };
  };
}
