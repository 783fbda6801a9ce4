import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { DocumentMissing, type Documents } from '../commands/ports.ts';
import type { Config } from './config.ts';
import { httpSettings } from './http-settings.ts';
import { traced } from './tracer.ts';

/** @param settings of the client beyond the environment's, where there is no environment to read */
export const s3 = ({ s3ForcePathStyle }: Pick<Config, 's3ForcePathStyle'>, settings: S3ClientConfig = {}): S3Client =>
  traced(new S3Client({ requestHandler: httpSettings, ...settings, forcePathStyle: s3ForcePathStyle }));

/** `DocsBucket`. A document that is there already is the same document, since its key carries its hash: left as it is. */
export function s3Documents(client: S3Client, bucket: string): Documents {
  return {
    async put(key, content, contentType) {
      try {
        await client.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentType: contentType, IfNoneMatch: '*' }),
        );
      } catch (error) {
        if ((error as Error).name !== 'PreconditionFailed') throw error;
      }
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return (await Body?.transformToString('utf8')) ?? '';
      } catch (error) {
        if (error instanceof NoSuchKey) throw new DocumentMissing(key, { cause: error });
        throw error;
      }
    },
  };
}
