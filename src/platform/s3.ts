import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, Provider, SourceData } from '@smithy/types';
import type { Config } from './config.ts';
import { httpSettings } from './http-settings.ts';
import { inSubsegment, noteStatus } from './tracer.ts';

/** The three things that the service asks of S3. */
export interface S3 {
  /** Stores an object, unless the key has one already. @returns whether it was stored. @throws S3Error */
  putNew(bucket: string, key: string, body: string | Uint8Array, contentType: string): Promise<boolean>;
  /** @returns its bytes, `undefined` where there is none. @throws S3Error */
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /**
   * A URL by which whoever has it may read the object for some seconds.
   *
   * @param answer headers that the object is to be answered with, such as `response-content-type`
   */
  linkTo(
    bucket: string,
    key: string,
    answer: Readonly<Record<string, string>>,
    life: { readonly expiresIn: number; readonly signingDate: Date },
  ): Promise<string>;
}

/** S3 refused a request, or answered with something that is not an answer. `s3Code` is its own, `NoSuchBucket` for instance. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code = 's3';
  readonly status: number;
  readonly s3Code: string;
  constructor(operation: string, status: number, s3Code: string) {
    super(`S3 ${operation}: ${status} ${s3Code}`);
    this.status = status;
    this.s3Code = s3Code;
  }
}

const TRIES = 3;
const FIRST_PAUSE_MS = 50;
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * S3 by signed requests, with the SDK's own signer, connections and credentials. Its S3 client is left out: it is a quarter of a
 * function's bundle, for operations that we never call.
 *
 * @param credentials for where there is no environment to read them from
 */
export function s3(
  { region, endpoint, forcePathStyle }: Config['s3'],
  credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity> = defaultProvider(),
): S3 {
  const connections = new NodeHttpHandler(httpSettings);
  // S3 wants the path as it is sent, not encoded once more.
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });

  function requestFor(method: string, bucket: string, key: string): HttpRequest {
    const { protocol, hostname, port } = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    const host = forcePathStyle ? hostname : `${bucket}.${hostname}`;
    const path = `/${[...(forcePathStyle ? [bucket] : []), ...key.split('/')].map(escaped).join('/')}`;
    return new HttpRequest({
      method,
      protocol,
      hostname: host,
      ...(port ? { port: Number(port) } : {}),
      path,
      headers: { host: port ? `${host}:${port}` : host },
    });
  }

  /** @throws S3Error, or the connection's error after the last try */
  async function sent(operation: string, bucket: string, request: HttpRequest): Promise<Answer> {
    const facts = { name: 'S3', namespace: 'aws', aws: { operation, bucket_name: bucket } } as const;
    return inSubsegment(facts, async () => {
      for (let tried = 1; ; tried++) {
        const last = tried === TRIES;
        try {
          const answer = await exchanged(request);
          noteStatus(answer.status);
          if (last || !isPassing(answer.status)) return answer;
        } catch (error) {
          if (last) throw error;
        }
        await pause(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + Math.random() / 2));
      }
    });
  }

  async function exchanged(request: HttpRequest): Promise<Answer> {
    // Signed anew for each try: a signature has its time.
    const { response } = await connections.handle((await signer.sign(request)) as HttpRequest);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER_BYTES) throw new RangeError('An object is larger than any document of ours');
      chunks.push(chunk);
    }
    return { status: response.statusCode, body: Buffer.concat(chunks) };
  }

  return {
    async putNew(bucket, key, body, contentType) {
      const request = requestFor('PUT', bucket, key);
      request.headers['content-type'] = contentType;
      request.headers['if-none-match'] = '*';
      request.headers['content-length'] = String(Buffer.byteLength(body));
      // Kept with the object, and asked for by a bucket with Object Lock.
      request.headers['x-amz-checksum-sha256'] = createHash('sha256').update(body).digest('base64');
      request.body = body;
      const answer = await sent('PutObject', bucket, request);
      if (answer.status === 200) return true;
      if (answer.status === 412) return false;
      throw refusal('PutObject', answer);
    },
    async get(bucket, key) {
      const answer = await sent('GetObject', bucket, requestFor('GET', bucket, key));
      if (answer.status === 200) return answer.body;
      const error = refusal('GetObject', answer);
      if (error.s3Code === 'NoSuchKey') return undefined;
      throw error;
    },
    async linkTo(bucket, key, headers, life) {
      const request = requestFor('GET', bucket, key);
      request.headers['X-Amz-Content-Sha256'] = 'UNSIGNED-PAYLOAD';
      request.query = { ...headers };
      const { protocol, headers: signed, path, query = {} } = await signer.presign(request, life);
      const written = Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(String(value))}`);
      return `${protocol}//${signed.host}${path}?${written.join('&')}`;
    },
  };
}

/** A fault of the service, too much at once, or (409) another write of the same key under way: worth another try. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 409;
}

function refusal(operation: string, { status, body }: Answer): S3Error {
  const text = Buffer.from(body.subarray(0, 2_000)).toString('utf8');
  return new S3Error(operation, status, /<Code>([\w.-]{1,100})<\/Code>/.exec(text)?.[1] ?? 'unknown');
}

/** As S3 has it: all but letters, digits and `-_.~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What the signer hashes with. */
class Sha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  #hash: Hash | Hmac;
  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = this.#fresh();
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    this.#hash = this.#fresh();
  }
  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
