import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type S3, s3 } from './s3.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/with+signs=' };
const region = 'sa-east-1';
const KEY = "inv_01/dps-a_b~c.xml (1)+'2'.xml";
const KEY_IN_URL = '/inv_01/dps-a_b~c.xml%20%281%29%2B%272%27.xml';

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

type Answer = (response: ServerResponse) => void;

const refuse =
  (status: number, code: string): Answer =>
  (response) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
const send =
  (body: string, headers = {}): Answer =>
  (response) =>
    response.writeHead(200, headers).end(body);
const hangUp: Answer = (response) => response.destroy();
/** The connection breaks within the body. */
const sendHalf =
  (body: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };

/** One answer a request, an empty one when there is none left. */
const answers: Answer[] = [];
const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let server: Server;
let objects: S3;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString('utf8');
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body });
    (answers.shift() ?? send(''))(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  objects = s3({ region, endpoint, forcePathStyle: true }, credentials);
});
afterAll(() => server.close());
beforeEach(() => {
  answers.length = 0;
  requests.length = 0;
});

describe('storing an object', () => {
  it('asks for a free key, and has S3 keep the checksum', async () => {
    expect(await objects.putNew('docs', KEY, 'São Paulo', 'application/xml')).toBe(true);
    expect(requests).toMatchObject([
      {
        method: 'PUT',
        body: 'São Paulo',
        headers: {
          'content-type': 'application/xml',
          'if-none-match': '*',
          'x-amz-checksum-sha256': sha256('São Paulo'),
        },
      },
    ]);
    expect(requests[0]?.url).toContain(`/docs${KEY_IN_URL}`);
  });

  it('stores an empty object as such', async () => {
    expect(await objects.putNew('docs', KEY, '', 'text/plain')).toBe(true);
    expect(requests).toMatchObject([{ body: '', headers: { 'content-length': '0' } }]);
  });

  it('leaves an object that is there as it is', async () => {
    answers.push(refuse(412, 'PreconditionFailed'));
    expect(await objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).toBe(false);
  });

  it.each([
    ['an internal error', refuse(500, 'InternalError')],
    ['throttling', refuse(503, 'SlowDown')],
    ['another write of the same key', refuse(409, 'ConditionalRequestConflict')],
    ['a broken connection', hangUp],
  ])('is retried after %s', async (_fault, answer) => {
    answers.push(answer);
    expect(await objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).toBe(true);
    expect(requests.map(({ body }) => body)).toEqual(['<DPS/>', '<DPS/>']);
  });

  it.each([
    ['three throttled attempts', 'SlowDown', 503],
    ['three conflicts', 'ConditionalRequestConflict', 409],
  ])('fails after %s, with the error of S3', async (_faults, name, status) => {
    answers.push(...Array.from({ length: 3 }, () => refuse(status, name)));
    await expect(objects.putNew('docs', KEY, '<DPS/>', 'application/xml')).rejects.toMatchObject({ name });
    expect(requests).toHaveLength(3);
  });

  it('is not retried when it is denied', async () => {
    answers.push(refuse(403, 'AccessDenied'));
    const failure = objects.putNew('docs', KEY, '<DPS/>', 'application/xml');
    await expect(failure).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(requests).toHaveLength(1);
  });
});

describe('reading an object', () => {
  const text = async () => (await objects.get('docs', KEY))?.toString();

  it('gives its bytes', async () => {
    answers.push(send('<NFSe/>', { 'x-amz-checksum-sha256': sha256('<NFSe/>') }));
    expect(await text()).toBe('<NFSe/>');
  });

  it('gives nothing where there is no object, and fails where there is no bucket', async () => {
    answers.push(refuse(404, 'NoSuchKey'), refuse(404, 'NoSuchBucket'));
    expect(await objects.get('docs', KEY)).toBeUndefined();
    await expect(objects.get('docs', KEY)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it.each([
    ['the connection breaks within the body', sendHalf('<NFSe>…</NFSe>')],
    ['the body does not have its checksum', send('<NFSe>changed</NFSe>', { 'x-amz-checksum-sha256': sha256('other') })],
  ])('begins again when %s', async (_fault, answer) => {
    answers.push(answer, send('<NFSe/>'));
    expect(await text()).toBe('<NFSe/>');
  });

  it('fails when the body is cut three times', async () => {
    answers.push(...Array.from({ length: 3 }, () => sendHalf('<NFSe>…</NFSe>')));
    await expect(text()).rejects.toMatchObject({ name: 'ObjectCut', cause: expect.any(Error) });
    expect(requests).toHaveLength(3);
  });

  it('gives up an object that is larger than anything the service writes', async () => {
    const MEGABYTE = Buffer.alloc(1024 * 1024);
    let sent = 0;
    answers.push((response) => {
      response.writeHead(200);
      const more = () => void (response.destroyed || (sent++ < 100 && response.write(MEGABYTE, more)));
      more();
    });
    await expect(text()).rejects.toMatchObject({ name: 'ObjectTooLarge' });
    expect(requests).toHaveLength(1);
    expect(sent).toBeLessThan(100);
  });

  it('as a stream ends the download where the reader stops', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    answers.push((response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('first');
    });
    const first = await objects.read('docs', KEY, async (body) => {
      for await (const chunk of body) return Buffer.from(chunk).toString('utf8');
      return undefined;
    });
    expect(first).toBe('first');
    await closed;
  });

  it('as a stream does not retry what the reader throws', async () => {
    answers.push(send('<NFSe/>'));
    const reading = objects.read('docs', KEY, async () => {
      throw new RangeError('the reader');
    });
    await expect(reading).rejects.toThrow(RangeError);
    expect(requests).toHaveLength(1);
  });
});

describe('a link to an object', () => {
  it('names the object, its life and the headers of the answer, and nothing that a browser would have to send', async () => {
    const direct = s3({ region, endpoint: undefined, forcePathStyle: false }, credentials);
    const link = await direct.linkTo(
      'docs',
      KEY,
      { contentType: 'application/xml', contentDisposition: 'attachment; filename="nfse-inv_01.xml"' },
      { expiresIn: 300, signingDate: new Date('2026-11-25T12:00:00Z') },
    );
    const { protocol, host, pathname, searchParams } = new URL(link);
    expect([protocol, host, pathname]).toEqual(['https:', `docs.s3.${region}.amazonaws.com`, KEY_IN_URL]);
    expect(Object.fromEntries(searchParams)).toEqual({
      'response-content-disposition': 'attachment; filename="nfse-inv_01.xml"',
      'response-content-type': 'application/xml',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': `AKIDEXAMPLE/20261125/${region}/s3/aws4_request`,
      'X-Amz-Date': '20261125T120000Z',
      'X-Amz-Expires': '300',
      'X-Amz-Security-Token': credentials.sessionToken,
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'X-Amz-SignedHeaders': 'host',
      'x-id': 'GetObject',
    });
  });
});
