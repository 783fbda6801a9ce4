import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack, unpack } from '../../src/nfse/national/packaging.ts';
import { readDps } from '../../src/nfse/national/read-documents.ts';

const MB = 1024 * 1024;
/** Of nothing but zeros: a quarter of a megabyte when packed. */
const BOMB_BYTES = 256 * MB;
const BASE = '/SefinNacional';

/** Ways to harm whoever reads an answer. A declaration asks for one by its reference. */
export const HOSTILITIES = [
  'ENTITYBOMB',
  'GZIPBOMB',
  'WIDEXML',
  'DEEPJSON',
  'HTTPGZIPBOMB',
  'HUGEBODY',
  'ENDLESSBODY',
  'SLOWDRIP',
  'ENDLESSHEADERS',
  'SILENCE',
  'NOHTTP',
  'REDIRECT',
] as const;
type Hostility = (typeof HOSTILITIES)[number];

export interface HostileAuthority {
  /** Base URL, as the service is given it. */
  readonly url: string;
  /** How often somebody followed a redirect to the other host. */
  readonly followed: () => number;
  stop(): Promise<void>;
}

/** Made once: packing takes longer than an answer may. */
const GZIP_BOMB = gzipSync(Buffer.alloc(BOMB_BYTES));

/** What stands in a note's place. Look-ups answer it, because that is where documents are read. */
const DOCUMENTS: Readonly<Partial<Record<Hostility, string>>> = {
  ENTITYBOMB: pack(entityBomb()),
  GZIPBOMB: GZIP_BOMB.toString('base64'),
  WIDEXML: pack(`<NFSe xmlns="http://www.sped.fazenda.gov.br/nfse">${'<a/>'.repeat((9 * MB) / 4)}</NFSe>`),
};

/**
 * An authority in front of an honest one. What asks for no hostility is passed on, so that the effect on others can be seen.
 *
 * @param honest base URL of the authority behind
 */
export async function hostileAuthority(honest: string): Promise<HostileAuthority> {
  let followed = 0;
  const other = createServer((_request, response) => {
    followed++;
    response.end('{}');
  });
  const elsewhere = `http://127.0.0.1:${await listening(other)}/`;
  const wanted = new Map<string, Hostility>();
  const stopping = new AbortController();

  const server = createServer(async (incoming, response) => {
    const body = await bodyOf(incoming);
    const hostility = hostilityOf(incoming, body, wanted);
    if (!hostility) return passOn(honest, incoming, body, response);
    const document = DOCUMENTS[hostility];
    if (document === undefined) return attack(hostility, elsewhere, incoming, response, stopping.signal);
    response.writeHead(incoming.method === 'POST' ? 502 : 200, { 'content-type': 'application/json' });
    const header = { tipoAmbiente: 2, versaoAplicativo: 'x', dataHoraProcessamento: new Date().toISOString() };
    const key = keyFor(hostility);
    response.end(
      incoming.method === 'POST' ? '' : JSON.stringify({ ...header, chaveAcesso: key, nfseXmlGZipB64: document }),
    );
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    followed: () => followed,
    async stop() {
      stopping.abort();
      for (const one of [server, other]) {
        one.closeAllConnections();
        await new Promise((closed) => one.close(closed));
      }
    },
  };
}

function attack(
  hostility: Hostility,
  elsewhere: string,
  { socket }: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal,
): void {
  const json = { 'content-type': 'application/json' };
  switch (hostility) {
    case 'DEEPJSON':
      response.writeHead(200, json).end('['.repeat(MB / 2));
      return;
    case 'HTTPGZIPBOMB':
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(GZIP_BOMB);
      return;
    case 'HUGEBODY':
      pour(response.writeHead(200, { ...json, 'content-length': 100 * MB }), Buffer.alloc(MB, ' '), 0, stopping);
      return;
    case 'ENDLESSBODY':
      pour(response.writeHead(200, json), Buffer.alloc(MB, ' '), 0, stopping);
      return;
    case 'SLOWDRIP':
      pour(response.writeHead(200, json), Buffer.from(' '), 100, stopping);
      return;
    case 'ENDLESSHEADERS':
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, Buffer.from(`x-more: ${'x'.repeat(1000)}\r\n`), 1, stopping);
      return;
    case 'NOHTTP':
      socket.end('220 smtp.example ready\r\n');
      return;
    case 'REDIRECT':
      response.writeHead(307, { location: elsewhere }).end();
      return;
    default: // says nothing at all
  }
}

/** Writes the same bytes until nobody listens any more. */
function pour(
  to: NodeJS.WritableStream & { destroyed: boolean },
  bytes: Buffer,
  everyMs: number,
  stop: AbortSignal,
): void {
  to.on('error', () => undefined);
  const next = (): void => {
    if (to.destroyed || stop.aborted) return;
    if (to.write(bytes)) setTimeout(next, everyMs);
    else to.once('drain', () => setTimeout(next, everyMs));
  };
  next();
}

/** Asked for by the declaration itself, and remembered for the look-ups that follow it. */
function hostilityOf(
  { method, url = '' }: IncomingMessage,
  body: string,
  wanted: Map<string, Hostility>,
): Hostility | undefined {
  if (method === 'POST' && url === `${BASE}/nfse`) {
    const { id, reference } = readDps(unpack(JSON.parse(body).dpsXmlGZipB64) ?? '');
    const hostility = HOSTILITIES.find((one) => one === reference);
    if (hostility) wanted.set(id, hostility);
    return hostility;
  }
  const name = url.slice(url.lastIndexOf('/') + 1);
  return wanted.get(name) ?? HOSTILITIES.find((one) => name === keyFor(one));
}

/** A key of the right shape, and another one for each hostility. */
function keyFor(hostility: Hostility): string {
  return `31062002211222333000181${String(HOSTILITIES.indexOf(hostility)).padStart(27, '9')}`;
}

function entityBomb(): string {
  const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${levels.join('')}]><NFSe>&l9;</NFSe>`;
}

function passOn(
  honest: string,
  { method, url = '', headers }: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const target = new URL(url.slice(BASE.length + 1), `${honest}/`);
  const onward = request(target, { method, headers: { 'content-type': headers['content-type'] ?? '' } }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, { 'content-type': answer.headers['content-type'] ?? '' });
    answer.pipe(response);
  });
  onward.end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
  });
}
