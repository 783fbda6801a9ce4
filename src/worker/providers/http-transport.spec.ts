import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { httpTransport } from './http-transport.ts';
import { TransportError } from './transport.ts';

const open: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function authority(listener: RequestListener): Promise<string> {
  return listening(createServer(listener));
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}/base` : expect.fail();
}

const declaration = {
  method: 'POST',
  path: '/nfse',
  headers: { 'content-type': 'application/json' },
  body: '{}',
} as const;

async function failure(baseUrl: string, timeoutMs = 2000, maxBytes?: number): Promise<TransportError> {
  const transport = httpTransport({ baseUrl, timeoutMs, ...(maxBytes !== undefined && { maxBytes }) });
  const error = await transport(declaration).then(
    (answer) => expect.fail(`answered ${answer.status}`),
    (reason: unknown) => reason,
  );
  return error instanceof TransportError ? error : expect.fail(String(error));
}

describe('an exchange', () => {
  it('sends what it is given below the base URL', async () => {
    const baseUrl = await authority(async (request, response) => {
      const chunks = await Array.fromAsync(request);
      const { method, url, headers } = request;
      response.setHeader('x-answer', 'yes');
      response.end(JSON.stringify({ method, url, type: headers['content-type'], body: chunks.join('') }));
    });
    const answer = await httpTransport({ baseUrl, timeoutMs: 2000 })(declaration);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-answer': 'yes' } });
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      url: '/base/nfse',
      type: 'application/json',
      body: '{}',
    });
  });

  it('is sent once, whatever the answer', async () => {
    let calls = 0;
    const baseUrl = await authority((_, response) => {
      calls++;
      response.writeHead(503).end('down');
    });
    const transport = httpTransport({ baseUrl, timeoutMs: 2000 });
    expect(await transport({ method: 'GET', path: '/dps/x' })).toMatchObject({ status: 503, body: 'down' });
    expect(calls).toBe(1);
  });

  it('returns a redirect and does not follow it', async () => {
    const asked: (string | undefined)[] = [];
    const baseUrl = await authority((request, response) => {
      asked.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await httpTransport({ baseUrl, timeoutMs: 2000 })(declaration);
    expect(answer).toMatchObject({ status: 307, headers: { location: '/elsewhere' } });
    expect(asked).toEqual(['/base/nfse']);
  });

  it('keeps its connection for the next one', async () => {
    const ports = new Set<number | undefined>();
    const baseUrl = await authority((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const transport = httpTransport({ baseUrl, timeoutMs: 2000 });
    for (let i = 0; i < 3; i++) await transport(declaration);
    expect(ports.size).toBe(1);
  });

  it('reads the head of an answer without a body', async () => {
    const baseUrl = await authority((_, response) => response.writeHead(404).end());
    const transport = httpTransport({ baseUrl, timeoutMs: 2000 });
    expect(await transport({ method: 'HEAD', path: '/dps/x' })).toMatchObject({ status: 404, body: '' });
  });

  it.each(['nfse', '//example.com', '/nfse?x=1', '/../control', '/nfse#x', '/nfse/%2e%2e', ''])(
    'goes to no path like "%s"',
    async (path) => {
      const transport = httpTransport({ baseUrl: 'http://127.0.0.1:1/base', timeoutMs: 2000 });
      await expect(transport({ method: 'GET', path })).rejects.toThrow(RangeError);
    },
  );
});

describe('an exchange that fails before anything is sent', () => {
  it.each([
    ['the connection is refused', 'http://127.0.0.1:1/base'],
    ['the name does not exist', 'http://authority.invalid/base'],
  ])('says so when %s', async (_, baseUrl) => expect((await failure(baseUrl)).sent).toBe(false));

  it('says so when the peer does not speak TLS', async () => {
    const baseUrl = await listening(createTcpServer((socket) => socket.end('not TLS')));
    expect((await failure(baseUrl.replace('http:', 'https:'))).sent).toBe(false);
  });
});

describe('an exchange that fails after it was sent', () => {
  it('says so when no answer comes in time', async () => {
    const error = await failure(await authority(() => {}), 150);
    expect(error.sent).toBe(true);
    expect(error.cause).toBeDefined();
  });

  it('says so when the answer stops half-way', async () => {
    const baseUrl = await authority((_, response) => response.writeHead(201, { 'content-length': '100' }).write('{'));
    expect((await failure(baseUrl, 150)).sent).toBe(true);
  });

  it('says so when the connection is reset', async () => {
    const baseUrl = await authority((request) => request.socket.resetAndDestroy());
    expect((await failure(baseUrl)).sent).toBe(true);
  });

  it('says so when the answer breaks off', async () => {
    const baseUrl = await authority((request, response) => {
      response.writeHead(201, { 'content-length': '100' }).write('{', () => request.socket.destroy());
    });
    expect((await failure(baseUrl)).sent).toBe(true);
  });

  it('says so when the answer is no HTTP', async () => {
    const baseUrl = await listening(
      createTcpServer((socket) => socket.once('data', () => socket.end('hello\r\n\r\n'))),
    );
    expect((await failure(baseUrl)).sent).toBe(true);
  });

  it('stops reading an answer that is too large', async () => {
    const baseUrl = await authority((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const error = await failure(baseUrl, 5000, 100_000);
    expect(error).toMatchObject({ sent: true, message: expect.stringContaining('100000') });
  });

  it('stops inflating an answer that is too large', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    const baseUrl = await authority((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect((await failure(baseUrl, 5000, 100_000)).message).toContain('100000');
  });
});

describe('a transport for loopback addresses alone', () => {
  it('speaks to this machine', async () => {
    const baseUrl = await authority((_, response) => response.end('ok'));
    expect(await httpTransport({ baseUrl, timeoutMs: 2000, loopbackOnly: true })(declaration)).toMatchObject({
      body: 'ok',
    });
  });

  it.each([
    'https://homologacao.webiss.com.br/ws',
    'https://10.0.0.1/ws',
    'https://[2001:db8::1]/ws',
    'https://127.0.0.1.example.com/ws',
    'http://localhost:1/ws',
  ])('refuses %s, and says that nothing was sent', async (baseUrl) => {
    const transport = httpTransport({ baseUrl, timeoutMs: 2000, loopbackOnly: true });
    const refused = transport(declaration);
    await expect(refused).rejects.toThrow(TransportError);
    await expect(refused).rejects.toMatchObject({ sent: false, message: expect.stringContaining('was not called') });
  });

  it.each(['http://127.0.0.2:1/ws', 'http://[::1]:1/ws'])('tries %s', async (baseUrl) => {
    const transport = httpTransport({ baseUrl, timeoutMs: 2000, loopbackOnly: true });
    await expect(transport(declaration)).rejects.not.toThrow('was not called');
  });
});
