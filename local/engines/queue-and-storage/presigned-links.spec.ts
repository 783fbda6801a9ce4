import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './presigned-links.ts';

const SECRET = 'local';
const signedAt = new Date('2026-11-10T12:00:00.000Z');
const clientWith = (secretAccessKey: string) =>
  new S3Client({
    region: 'sa-east-1',
    endpoint: 'http://127.0.0.1:4283',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey },
  });
const s3 = clientWith(SECRET);
const command = new GetObjectCommand({
  Bucket: 'nfse-docs',
  Key: "downloads/nota (1) d'água+ç.xml",
  ResponseContentDisposition: 'attachment; filename="nota 1.xml"',
});

const signed = (client = s3, expiresIn = 60) => getSignedUrl(client, command, { expiresIn, signingDate: signedAt });

/** What is said of a link a number of seconds after it was made. */
function asked(link: string, seconds: number, method = 'GET') {
  const { host, pathname, search } = new URL(link);
  return refusalOf({ method, url: pathname + search, headers: { host } }, SECRET, signedAt.getTime() + seconds * 1_000);
}

describe('a presigned link', () => {
  it.each([0, 30, 60])('is good %i seconds after it was made for sixty', async (seconds) => {
    expect(asked(await signed(), seconds)).toBeUndefined();
  });

  it('is no good a second later', async () => {
    expect(asked(await signed(), 61)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired',
    });
  });

  it('is no good long before it was made', async () => {
    expect(asked(await signed(), -3_600)).toMatchObject({ code: 'AccessDenied', message: 'Request is not valid yet' });
  });

  it.each([
    ['its key', (link: string) => link.replace('nota', 'note')],
    ['its bucket', (link: string) => link.replace('nfse-docs', 'nfse-seals')],
    ['its time', (link: string) => link.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')],
    ['what the file is called', (link: string) => link.replace('attachment', 'inline')],
    [
      'its signature',
      (link: string) =>
        link.replace(/X-Amz-Signature=\w/, (text) => `${text.slice(0, -1)}${text.endsWith('0') ? 1 : 0}`),
    ],
    ['a parameter more', (link: string) => `${link}&versionId=1`],
  ])('is no good with another value for %s', async (_, change) => {
    expect(asked(change(await signed()), 0)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  it('is no good for another method', async () => {
    expect(asked(await signed(), 0, 'DELETE')).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('is no good signed with another key', async () => {
    expect(asked(await signed(clientWith('guessed')), 0)).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it.each([
    ['no date', (link: string) => link.replace(/X-Amz-Date=\w+/, 'X-Amz-Date=')],
    ['no credential', (link: string) => link.replace(/X-Amz-Credential=[^&]+/, 'X-Amz-Credential=')],
    ['no time', (link: string) => link.replace('X-Amz-Expires=60', 'X-Amz-Expires=')],
    ['more than a week', (link: string) => link.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801')],
  ])('is malformed with %s', async (_, change) => {
    expect(asked(change(await signed()), 0)).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
  });

  it('may be for writing as well', async () => {
    const put = new PutObjectCommand({ Bucket: 'nfse-docs', Key: 'a' });
    expect(asked(await getSignedUrl(s3, put, { expiresIn: 60, signingDate: signedAt }), 0, 'PUT')).toBeUndefined();
  });
});

describe('a request without a link', () => {
  const plain = { method: 'GET', url: '/nfse-docs/a' };

  it('is refused where nothing is signed', () => {
    expect(refusalOf({ ...plain, headers: {} }, SECRET, 0)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('goes on where it is signed in its headers', () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=local/20261110/sa-east-1/s3/aws4_request, …';
    expect(refusalOf({ ...plain, headers: { authorization } }, SECRET, 0)).toBeUndefined();
  });
});
