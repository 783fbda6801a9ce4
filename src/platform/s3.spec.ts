import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type S3, S3Error, s3 } from './s3.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/with+signs=' };
const region = 'sa-east-1';
const KEY = "inv_01/dps-a_b~c.xml (1)+'2'.xml";

const WRITTEN_KEY = '/inv_01/dps-a_b~c.xml%20%281%29%2B%272%27.xml';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** The signature that AWS's documents ask for, from the bytes that came: our signer has no part in it. */
function signatureOf(request: IncomingMessage, body: Buffer): string {
  const [, date = '', signed = ''] =
    /Credential=\w+\/(\d{8})\/.*SignedHeaders=([\w;-]+)/.exec(request.headers.authorization ?? '') ?? [];
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, path, query, headers.join(''), signed, sha256(body)].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

/** One answer a request: a status, and S3's code where it is a refusal. */
type Said = readonly [status: number, body?: string];

const answers: Said[] = [];
const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string; signed: boolean }[] =
  [];
let server: Server;
let objects: S3;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers } = request;
    const signed = headers.authorization?.endsWith(`Signature=${signatureOf(request, body)}`) === true;
    requests.push({ method, url, headers, body: body.toString('utf8'), signed });
    const [status, text = ''] = answers.shift() ?? [200];
    if (status === 0) request.socket.destroy();
    else
      response
        .writeHead(status)
        .end(/^\w+$/.test(text) && status >= 400 ? `<Error><Code>${text}</Code></Error>` : text);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  objects = s3({ region, endpoint, forcePathStyle: true }, credentials);
});
afterAll(() => server.close());
beforeEach(() => {
  answers.length = 0;
  requests.length = 0;
});

describe('storing an object', () => {
  it('is a signed request under the condition that the key is free', async () => {
    expect(await objects.putNew('docs', KEY, 'São Paulo', 'application/xml')).toBe(true);
    expect(requests).toMatchObject([
      {
        method: 'PUT',
        url: `/docs${WRITTEN_KEY}`,
        body: 'São Paulo',
        signed: true,
        headers: {
          'content-type': 'application/xml',
          'if-none-match': '*',
          'x-amz-checksum-sha256': createHash('sha256').update('São Paulo').digest('base64'),
          'x-amz-security-token': credentials.sessionToken,
        },
      },
    ]);
  });

  it('leaves an object that is there as it is', async () => {
    answers.push([412, 'PreconditionFailed']);
    expect(await objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).toBe(false);
  });

  it.each([
    ['a fault of the service', 500, 'InternalError'],
    ['too many requests', 503, 'SlowDown'],
    ['another write of the same key under way', 409, 'ConditionalRequestConflict'],
    ['a connection that breaks', 0, ''],
  ])('is tried again after %s, signed anew', async (_what, status, code) => {
    answers.push([status, code]);
    expect(await objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).toBe(true);
    expect(requests.map(({ signed, body }) => [signed, body])).toEqual([
      [true, '<DPS/>'],
      [true, '<DPS/>'],
    ]);
  });

  it('is given up after three tries, with the code that S3 gave', async () => {
    answers.push([503, 'SlowDown'], [503, 'SlowDown'], [503, 'SlowDown']);
    const failure = objects.putNew('docs', KEY, '<DPS/>', 'application/xml');
    await expect(failure).rejects.toMatchObject({ status: 503, s3Code: 'SlowDown' });
    expect(requests).toHaveLength(3);
  });

  it('is not tried again when it is refused', async () => {
    answers.push([403, 'AccessDenied']);
    await expect(objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).rejects.toThrow(S3Error);
    expect(requests).toHaveLength(1);
  });
});

describe('reading an object', () => {
  it('gives its bytes', async () => {
    answers.push([200, '<NFSe/>']);
    expect(Buffer.from((await objects.get('docs', KEY)) ?? []).toString()).toBe('<NFSe/>');
    expect(requests[0]?.signed).toBe(true);
  });

  it('gives nothing where there is none, and fails where there is no bucket', async () => {
    answers.push([404, 'NoSuchKey'], [404, 'NoSuchBucket']);
    expect(await objects.get('docs', KEY)).toBeUndefined();
    await expect(objects.get('docs', KEY)).rejects.toMatchObject({ s3Code: 'NoSuchBucket' });
  });
});

describe('a link to an object', () => {
  it('is the one that the AWS SDK would have made', async () => {
    const life = { expiresIn: 300, signingDate: new Date('2026-11-25T12:00:00Z') };
    const answer = {
      'response-content-disposition': 'attachment; filename="nfse-inv_01.xml"',
      'response-content-type': 'application/xml',
    };
    const host = `docs.s3.${region}.amazonaws.com`;
    const theirs = await new S3RequestPresigner({ region, credentials, sha256: Hash.bind(null, 'sha256') }).presign(
      new HttpRequest({
        protocol: 'https:',
        hostname: host,
        path: WRITTEN_KEY,
        headers: { host },
        query: { ...answer },
      }),
      life,
    );
    const direct = s3({ region, endpoint: undefined, forcePathStyle: false }, credentials);
    const ours = await direct.linkTo('docs', KEY, answer, life);
    const { protocol, host: at, pathname, searchParams } = new URL(ours);
    expect([protocol, at, pathname]).toEqual([theirs.protocol, theirs.hostname, theirs.path]);
    expect(Object.fromEntries(searchParams)).toEqual(theirs.query);
  });
});
