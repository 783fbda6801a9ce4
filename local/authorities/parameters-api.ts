import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { close } from '../http-server.ts';
import { clientOf } from './national/client-certificate.ts';
import { outagesBy } from './national/outages.ts';
import { pageNotFound, type Reply, serviceUnavailable } from './national/replies.ts';
import { listening, type MutualTls, mutual } from './national-api.ts';
import { parameterReply } from './parameters/answers.ts';
import { mannerOf } from './parameters/municipalities.ts';

const BASE = '/parametrizacao';
const FORBIDDEN: Reply = { kind: 'html', status: 403, title: '403 Forbidden' };

export interface ParametersApiOptions {
  readonly port?: number;
  /** Mutual TLS; plain HTTP without it. */
  readonly tls?: MutualTls;
  /** Whether a municipality has a system of its own, and therefore enables its companies one by one. */
  readonly hasOwnSystem?: (municipalityCode: string) => boolean;
}

export interface ParametersApi {
  /** What the service is given as the API's address. */
  readonly url: string;
  /** The paths that were asked, in order. */
  readonly asked: readonly string[];
  /** Answers 503 to everybody for so long; 0 ends it. */
  goDown(seconds: number): void;
  stop(): Promise<void>;
}

/**
 * Starts the stand-in of the national system's API of municipal parameters (README.md beside this file). As with the real one, the first
 * handshake fails.
 */
export async function startParametersApi(options: ParametersApiOptions = {}): Promise<ParametersApi> {
  const { tls, hasOwnSystem = () => false } = options;
  const outages = outagesBy(Date.now);
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const client = request.socket instanceof TLSSocket ? clientOf(request.socket) : undefined;
    if (client && 'code' in client) return send(response, FORBIDDEN);
    if (request.method !== 'GET' || !pathname.startsWith(`${BASE}/`)) return send(response, pageNotFound);
    asked.push(pathname.slice(BASE.length));
    if (outages.covers('')) return send(response, serviceUnavailable);
    send(
      response,
      parameterReply(pathname.slice(BASE.length), (code) => mannerOf(code, hasOwnSystem(code))),
    );
  };
  const server = tls ? createTlsServer(mutual(tls), listener) : createServer(listener);
  if (tls) server.once('connection', (socket) => socket.destroy());
  const port = await listening(server, options.port ?? 0);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}${BASE}`,
    asked,
    goDown: (seconds) => outages.begin(seconds),
    stop: () => close(server, 0),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === 'json') {
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(reply.body));
  } else if (reply.kind === 'html') {
    response.writeHead(reply.status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<html><body><h1>${reply.title}</h1></body></html>`);
  }
}
