import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ApiRefusal, ApiSilent, connection, ledgerApi } from './ledger-api.ts';
import { progressBar } from './progress-bar.ts';
import { UsageError } from './verb.ts';

const directory = mkdtempSync(join(tmpdir(), 'nfse-ledger-api-'));
afterAll(() => rmSync(directory, { recursive: true }));

const settings = { url: 'https://api.example', token: 't', apiKey: 'k' };
const answering = (status: number, body: string) =>
  ledgerApi(settings, async () => new Response(body, { status, headers: { 'content-type': 'application/json' } }));
const Total = z.object({ total: z.number() });

describe('the API as the command line calls it', () => {
  it('is shown token and key, and gives what was asked for', async () => {
    const sent: [unknown, RequestInit | undefined][] = [];
    const api = ledgerApi(settings, async (url, init) => {
      sent.push([url, init]);
      return new Response('{"total":3,"more":1}');
    });
    expect(await api.post('/dlq/replay', { all: true }, Total)).toEqual({ total: 3 });
    expect(sent).toMatchObject([
      [
        'https://api.example/dlq/replay',
        { method: 'POST', body: '{"all":true}', headers: { authorization: 'Bearer t', 'x-api-key': 'k' } },
      ],
    ]);
  });

  it('has its problems told with every field', () =>
    expect(
      answering(
        422,
        JSON.stringify({ detail: 'Há 1 campo.', errors: [{ pointer: '/mode', message: 'Não.', howToFix: 'Troque.' }] }),
      ).get('/dlq', Total),
    ).rejects.toThrow('422: Há 1 campo.\n  /mode: Não. Troque.'));

  it.each([
    [200, '{"sum":3}'],
    [200, '<html>'],
    [502, '<html>'],
  ])('that answers %i with %s is not believed', (status, body) =>
    expect(answering(status, body).get('/dlq', Total)).rejects.toThrow(ApiRefusal),
  );

  it('that does not answer is told from one that refuses', () =>
    expect(
      ledgerApi(settings, async () => {
        throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
      }).get('/dlq', Total),
    ).rejects.toThrow(new ApiSilent('A API não respondeu (ECONNREFUSED).')));
});

describe('where the API is', () => {
  const env = { NFSE_API_URL: 'https://api.example/', NFSE_TOKEN: 't', NFSE_API_KEY: 'k' };

  it('is said by the environment first', async () =>
    expect(await connection('ops', { directory }, env)).toEqual(settings));

  it.each<[string, Record<string, string>, string]>([
    ['an address without a token', { NFSE_API_URL: env.NFSE_API_URL }, 'NFSE_TOKEN'],
    ['an address that is none', { ...env, NFSE_API_URL: 'file:///etc/passwd' }, 'NFSE_API_URL'],
    ['nothing at all', {}, 'npm start'],
  ])('is asked for when there is %s', async (_title, given, named) => {
    const wrong = connection('ops', { directory }, given);
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow(named);
  });

  it('is asked for when the local file is spoiled', async () => {
    writeFileSync(join(directory, 'credentials.json'), '{"apiUrl":7}');
    await expect(connection('ops', { directory, data: '.' }, {})).rejects.toThrow(UsageError);
  });
});

describe('a progress bar', () => {
  it.each([
    [0, 10, '[                        ] 0/10'],
    [5, 10, '[############            ] 5/10'],
    [12, 10, '[########################] 12/12'],
    [0, 0, '[########################] 0/0'],
  ])('after %i of %i is %s', (done, total, bar) => expect(progressBar(done, total)).toBe(bar));
});
