import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import got from 'got';
import { answerText } from './answer-text.ts';
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from './transport.ts';

export interface HttpTransportSettings {
  /** Scheme, host and the path all requests go below. Comes from configuration, never from data. */
  readonly baseUrl: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** Of the answer's body as decompressed; default 12 MB. */
  readonly maxBytes?: number;
  readonly tls?: TlsSettings;
  /** Refuses every host that is not a loopback address, before its name is resolved: the installation has stand-ins for all authorities. */
  readonly loopbackOnly?: boolean;
}

/** How both ends prove who they are, in PEM. */
export interface TlsSettings {
  /** Ours: the certificate with its chain, and its key. */
  readonly key?: string;
  readonly cert?: string;
  /** The authorities that the server's certificate may come from; Node's own list without it. */
  readonly ca?: string;
}

/** A transport with connections of its own, which it lets go when asked to: what is under way ends first. */
export interface HttpTransport extends Transport {
  close(): void;
}

const DEFAULT_MAX_BYTES = 12 * 1024 * 1024;
/** A host that does not even accept a connection is down: no use in spending the whole time-out on it. */
const CONNECT_TIMEOUT_MS = 10_000;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const PATH = /^(?:\/[A-Za-z0-9_.-]+)+$/;

/**
 * HTTP over got, with one connection pool for one authority and one certificate: HTTP/1.1 only (the national system hangs up on
 * HTTP/2), TLS 1.2 or newer, no retry, no redirect followed, the answer capped while it streams.
 */
export function httpTransport(settings: HttpTransportSettings): HttpTransport {
  const { baseUrl, timeoutMs, maxBytes = DEFAULT_MAX_BYTES, tls = {}, loopbackOnly = false } = settings;
  const base = new URL(baseUrl);
  const prefix = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  const agent = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 64 }),
    https: new HttpsAgent({
      keepAlive: true,
      maxSockets: 64,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...tls,
    }),
  };
  let underWay = 0;
  let closed = false;
  const letGo = () => {
    if (!closed || underWay > 0) return;
    agent.http.destroy();
    agent.https.destroy();
  };
  const connectMs = Math.min(CONNECT_TIMEOUT_MS, timeoutMs);

  const send: Transport = async (request) => {
    if (!PATH.test(request.path) || request.path.includes('..')) throw new RangeError(`"${request.path}" is no path`);
    if (loopbackOnly && !isLoopback(base)) {
      const message = `${base.host} was not called: LOOPBACK_AUTHORITIES_ONLY allows loopback addresses alone`;
      throw new TransportError(`${request.method} ${request.path}: ${message}`, { sent: false });
    }
    let sent = false;
    const stream = got.stream(`${prefix}${request.path}`, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
      agent,
      http2: false,
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      timeout: { connect: connectMs, secureConnect: connectMs, request: timeoutMs },
    });
    // A pooled socket may take the request at once; a new one cannot before it is connected, and with TLS before the peer
    // was verified: Node emits `secureConnect` for an accepted certificate only.
    stream.once('request', (outgoing) => {
      outgoing.once('socket', (socket: TLSSocket) => {
        if (outgoing.reusedSocket || !socket.connecting) sent = true;
        else socket.once(base.protocol === 'https:' ? 'secureConnect' : 'connect', () => (sent = true));
      });
    });
    underWay++;
    try {
      return await receive(stream, request, maxBytes);
    } catch (error) {
      stream.destroy();
      throw new TransportError(`${request.method} ${request.path}: ${messageOf(error)}`, { sent, cause: error });
    } finally {
      underWay--;
      letGo();
    }
  };
  return Object.assign(send, {
    close() {
      closed = true;
      letGo();
    },
  });
}

/** A name is refused even if it is `localhost`: what it means is up to the resolver. */
function isLoopback({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** The answer as text. Reading stops at the cap: what follows is not even received. */
async function receive(
  stream: ReturnType<typeof got.stream>,
  request: HttpRequest,
  maxBytes: number,
): Promise<HttpResponse> {
  let head: { readonly status: number; readonly headers: Record<string, string> } | undefined;
  stream.once('response', (response) => {
    const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
    head = { status: response.statusCode, headers: Object.fromEntries(headers) };
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > maxBytes) throw new RangeError(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  if (!head) throw new Error(`${request.method} was not answered`);
  const { text, charset } = answerText(Buffer.concat(chunks), head.headers['content-type']);
  return { ...head, body: text, ...(charset !== 'utf-8' && { charset }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
