import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXED_HEADERS, REQUEST_HEADERS } from '../../src/handlers/answer-headers.ts';
import { startApiGateway } from './server.ts';

let gateway: Awaited<ReturnType<typeof startApiGateway>>;
beforeAll(async () => {
  gateway = await startApiGateway({
    port: 0,
    routes: [
      { method: 'GET', path: '/ping', handler: 'ping', open: true },
      { method: 'PUT', path: '/companies/{cnpj}', handler: 'register' },
    ],
    handlers: { ping: async () => ({ statusCode: 200, headers: FIXED_HEADERS, body: '{}' }) },
    clients: [],
    checkToken: async () => ({ refused: 'token-missing' }),
    onFailure: () => undefined,
  });
});
afterAll(() => gateway.stop());

describe('every answer of the local gateway', () => {
  it.each([
    ['of a function', 'GET', '/ping', 200],
    ['to an address that is none', 'GET', '/%ZZ', 400],
    ['to an unknown address', 'GET', '/nope', 404],
    ['to another method', 'POST', '/ping', 405],
    ['without a token', 'PUT', '/companies/1', 401],
    ['to a browser that asks first', 'OPTIONS', '/companies/1', 204],
  ])('%s is not kept, and is taken for nothing else than it says', async (_, method, path, status) => {
    const answer = await fetch(new URL(path, gateway.url), { method });
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject(FIXED_HEADERS);
  });

  it('to what is no HTTP has these headers too', async () => {
    const { port, hostname } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('rubbish\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    for (const [name, value] of Object.entries(FIXED_HEADERS)) expect(answer).toContain(`\r\n${name}: ${value}\r\n`);
  });

  it('to a browser that asks first lets it send what the deployed API lets it send', async () => {
    const answer = await fetch(new URL('/companies/1', gateway.url), { method: 'OPTIONS' });
    expect(answer.headers.get('access-control-allow-headers')?.split(', ')).toEqual(REQUEST_HEADERS);
    expect(REQUEST_HEADERS).toContain('If-Match');
  });
});
