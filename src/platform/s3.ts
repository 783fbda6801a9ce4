import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { Config } from './config.ts';
import { httpSettings } from './http-settings.ts';

/** The operations on S3 that the service uses. Errors of S3 are the SDK's (`S3ServiceException`, by `name`), after its retries. */
export interface S3 {
  /**
   * Stores an object under the condition that its key is free. S3 keeps its SHA-256 and checks it.
   *
   * @returns whether this call stored it. After a lost answer it may be `false` for an object of our own.
   */
  putNew(bucket: string, key: string, body: string | Uint8Array, contentType: string): Promise<boolean>;
  /**
   * @param versionId an older version, where the bucket keeps them
   * @returns the object's bytes, `undefined` where there is no object
   * @throws ObjectTooLarge, ObjectCut
   */
  get(bucket: string, key: string, versionId?: string): Promise<Uint8Array | undefined>;
  /** What was done to an object since its key was first written. */
  history(bucket: string, key: string): Promise<ObjectHistory>;
  /**
   * Reads an object as a stream. What `consume` does not read is not downloaded.
   *
   * @param consume is called again, with the whole object, when the connection breaks while it reads
   * @returns what `consume` returned, `undefined` where there is no object
   * @throws ObjectTooLarge, ObjectCut
   */
  read<T>(
    bucket: string,
    key: string,
    consume: (body: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T | undefined>;
  /**
   * A URL that permits whoever has it to read the object.
   *
   * @param answer headers of S3's answer
   */
  linkTo(
    bucket: string,
    key: string,
    answer: { readonly contentType: string; readonly contentDisposition: string },
    life: { readonly expiresIn: number; readonly signingDate: Date },
  ): Promise<string>;
}

/** Of a bucket without versions it says nothing: no version, and no deletion. */
export interface ObjectHistory {
  /** Newest first. A key that was written once has one. */
  readonly versionIds: readonly string[];
  /** How often the key was deleted, which leaves its versions there. */
  readonly deletions: number;
}

/** An object is larger than anything that the service writes. */
export class ObjectTooLarge extends Error {
  override readonly name = 'ObjectTooLarge';
  readonly code = 'object-too-large';
  constructor(key: string) {
    super(`Object ${key} has more than ${MAX_OBJECT_BYTES} bytes`);
  }
}

/** S3 began to answer with an object and did not finish, or its bytes do not have the checksum that S3 keeps. `cause` says which. */
export class ObjectCut extends Error {
  override readonly name = 'ObjectCut';
  readonly code = 'object-cut';
  constructor(key: string, cause: unknown) {
    super(`Object ${key} did not arrive whole`, { cause });
  }
}

const MAX_OBJECT_BYTES = 64 * 1024 * 1024;
const MAX_RETRIES = 2;
const MIN_RETRY_DELAY_MS = 50;

/**
 * @param credentials where the environment has none
 * @param trace makes the client's calls parts of a trace
 */
export function s3(
  { region, endpoint, forcePathStyle }: Config['s3'],
  credentials?: S3ClientConfig['credentials'],
  trace: (client: S3Client) => S3Client = (client) => client,
): S3 {
  const settings = {
    region,
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
  };
  // The SDK's own time-out ends with the first byte of an answer; the socket's also ends an object that stops arriving.
  const requestHandler = { ...httpSettings, socketTimeout: httpSettings.requestTimeout };
  const client = trace(new S3Client({ ...settings, requestHandler }));
  // Not traced, because signing a link is not a call; and without checksums, which would become parameters of the link.
  const signer = new S3Client({
    ...settings,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  return {
    async putNew(Bucket, Key, body, ContentType) {
      // The SDK sends no length with an empty string.
      const Body = typeof body === 'string' ? Buffer.from(body) : body;
      const condition = { IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256' } as const;
      try {
        await retries.execute(() =>
          client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ...condition })),
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        throw error;
      }
    },

    get: (bucket, key, versionId) =>
      read(bucket, key, async (body) => Buffer.concat(await Array.fromAsync(body)), versionId),
    read,

    async history(Bucket, Key) {
      const versionIds: string[] = [];
      let deletions = 0;
      let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      do {
        const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, ...next }));
        const ofKey = <T extends { Key?: string | undefined }>(all: readonly T[] = []) =>
          all.filter((one) => one.Key === Key);
        versionIds.push(...ofKey(page.Versions).flatMap(({ VersionId }) => VersionId ?? []));
        deletions += ofKey(page.DeleteMarkers).length;
        next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      } while (next.KeyMarker === Key);
      return { versionIds, deletions };
    },

    linkTo: (Bucket, Key, { contentType, contentDisposition }, life) =>
      getSignedUrl(
        signer,
        new GetObjectCommand({
          Bucket,
          Key,
          ResponseContentType: contentType,
          ResponseContentDisposition: contentDisposition,
        }),
        life,
      ),
  };

  async function read<T>(
    Bucket: string,
    Key: string,
    consume: (body: AsyncIterable<Uint8Array>) => Promise<T>,
    VersionId?: string,
  ): Promise<T | undefined> {
    try {
      return await retries.execute(async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }));
        return consume(whole(Key, Body as Readable));
      });
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}

/** The SDK retries until an answer begins, and does not count 409 (another write of the same key is under way) among what passes. */
const retries = retry(
  handleWhen((error) => error instanceof ObjectCut || statusOf(error) === 409),
  { maxAttempts: MAX_RETRIES, backoff: new ExponentialBackoff({ initialDelay: MIN_RETRY_DELAY_MS }) },
);

const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** @throws ObjectCut, ObjectTooLarge */
async function* whole(key: string, body: Readable): AsyncIterable<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_OBJECT_BYTES) throw new ObjectTooLarge(key);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof ObjectTooLarge ? error : new ObjectCut(key, error);
  }
}
