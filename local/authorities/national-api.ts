import { createPrivateKey, randomInt, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { signXml } from '../../src/nfse/xmldsig/sign.ts';
import { type Identity, passingNational } from '../pki/installation.ts';
import { NATIONAL_SYSTEM_SIGNING, type Sign } from './national/authorised-documents.ts';
import { clientOf } from './national/client-certificate.ts';
import type { DocumentChecks } from './national/document-checks.ts';
import { openNotes } from './national/notes.ts';
import * as operations from './national/operations.ts';
import { outagesBy } from './national/outages.ts';
import { isCancelled } from './national/replacement.ts';
import type { Reply } from './national/replies.ts';
import * as replies from './national/replies.ts';
import { answerOf, isDeclaration } from './national/routes.ts';

const BASE = '/SefinNacional';
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const HOLD_MS = 60_000;

/** The body is larger than any declaration. */
class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'body-too-large';
}

export interface NationalApiOptions {
  readonly port?: number;
  /** Keeps the notes across restarts; in memory without it. */
  readonly dataDir?: string;
  /** Mutual TLS, and the port where `/control` is spoken without it. Without these everything is plain HTTP on one port. */
  readonly tls?: MutualTls & { readonly controlPort?: number };
  readonly checks?: DocumentChecks;
  /** Who signs what is authorised; drawn for this run without one. */
  readonly signatory?: Identity;
}

export interface NationalApi {
  /** What the service is given as the API's address. */
  readonly url: string;
  /** Where `/control` answers: the same server, unless it asks for certificates. */
  readonly controlUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts the stand-in of the national system: issues, looks up and cancels by the rules of the real one as far as no
 * register is needed, and misbehaves on request (README.md beside this file).
 */
export async function startNationalApi(options: NationalApiOptions): Promise<NationalApi> {
  const now = Date.now;
  const notes = await openNotes(options.dataDir);
  const deps: operations.OperationDeps = {
    notes,
    outages: outagesBy(now),
    calls: new Map(),
    checks: options.checks ?? {},
    sign: signingAs(options.signatory ?? (await passingNational(new Date()))),
    now,
    random: () => String(randomInt(1_000_000_000)).padStart(9, '0'),
  };
  const timers = new Set<NodeJS.Timeout>();
  const later = (milliseconds: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, milliseconds);
    timers.add(timer);
  };

  const listener =
    (answer: typeof route): RequestListener =>
    (request, response) => {
      answer(deps, request)
        .catch((error: unknown): Reply => {
          if (error instanceof BodyTooLarge) return replies.tooLarge;
          return { kind: 'html', status: 500, title: `500 ${error instanceof Error ? error.message : String(error)}` };
        })
        .then((reply) => perform(reply, request, response, later));
    };
  const { tls } = options;
  const server = tls ? createTlsServer(mutual(tls), listener(routeOfApi)) : createServer(listener(route));
  const port = await listening(server, options.port ?? 0);
  const control = tls && createServer(listener(routeOfControl));
  const controlPort = control ? await listening(control, tls.controlPort ?? 0) : port;

  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}${BASE}`,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([server, control].map((one) => one && closed(one)));
      await notes.close();
    },
  };
}

/** Key and certificate are parsed once: a signature then takes less than a millisecond. */
function signingAs({ key, certificate }: Identity): Sign {
  const signer = { key: createPrivateKey(key), certificate: new X509Certificate(certificate) };
  return (xml) => signXml(xml, NATIONAL_SYSTEM_SIGNING, signer);
}

/** What a server shows of itself, and the authority (PEM) that its clients' certificates come from. */
export interface MutualTls {
  readonly identity: Identity;
  readonly authority: string;
}

/** A client without a certificate is let in as far as the answer that says so, as the real system does. */
export function mutual({ identity, authority }: MutualTls) {
  return {
    key: identity.key,
    cert: identity.certificate,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
  } as const;
}

export function listening(server: Server, port: number): Promise<number> {
  return new Promise((ready, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      ready(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

/** Everything on one port, and nobody asked for a certificate. */
async function route(deps: operations.OperationDeps, request: IncomingMessage): Promise<Reply> {
  return isControl(request) ? routeOfControl(deps, request) : routeOfApi(deps, request);
}

function isControl({ url }: IncomingMessage): boolean {
  return url?.startsWith('/control/') ?? false;
}

async function routeOfControl(deps: operations.OperationDeps, request: IncomingMessage): Promise<Reply> {
  const body = request.method === 'POST' ? await jsonBody(request) : undefined;
  return control(deps, request.method ?? '', new URL(request.url ?? '/', 'http://stand-in'), body);
}

async function routeOfApi(deps: operations.OperationDeps, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const body = request.method === 'POST' ? await jsonBody(request) : undefined;
  // The path is case sensitive, and outside it answers a web server, not the API: as in production.
  if (!url.pathname.startsWith(`${BASE}/`)) return replies.pageNotFound;
  const client = request.socket instanceof TLSSocket ? clientOf(request.socket) : undefined;
  const method = request.method ?? '';
  const path = url.pathname.slice(BASE.length);
  if (client && 'code' in client) return replies.refusedClient(client, isDeclaration(method, path), deps.now());
  return answerOf(deps, method, path, body, client);
}

/** For tests and demonstrations: what the authority holds, how often it was asked, and an outage for everybody. */
function control(deps: operations.OperationDeps, method: string, url: URL, body: unknown): Reply {
  const ok = (content: unknown): Reply => ({ kind: 'json', status: 200, body: content });
  switch (`${method} ${url.pathname}`) {
    case 'GET /control/notes':
      return ok(
        deps.notes.all().map(({ dpsId, accessKey, nfseNumber }) => {
          const cancelled = isCancelled(deps.notes, accessKey);
          return { dpsId, accessKey, nfseNumber: String(nfseNumber), cancelled };
        }),
      );
    case 'GET /control/calls': {
      const dpsId = url.searchParams.get('dpsId');
      if (dpsId !== null) return ok({ dpsId, ...(deps.calls.get(dpsId) ?? operations.NO_CALLS) });
      return ok([...deps.calls].map(([id, calls]) => ({ dpsId: id, ...calls })));
    }
    case 'POST /control/down': {
      const seconds =
        typeof body === 'object' && body !== null && 'seconds' in body ? Number(body.seconds) : Number.NaN;
      if (!(seconds >= 0)) return { kind: 'json', status: 400, body: { error: 'Send {"seconds": n}' } };
      deps.outages.begin(seconds);
      return ok({ downForSeconds: seconds });
    }
    default:
      return replies.pageNotFound;
  }
}

function perform(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  later: (milliseconds: number, act: () => void) => void,
): void {
  switch (reply.kind) {
    case 'hold':
      later(HOLD_MS, () => request.socket.destroy());
      return;
    case 'reset':
      // Node resets plain connections only. A TLS one that is cut without a goodbye is as much of a surprise.
      if (request.socket instanceof TLSSocket) request.socket.destroy();
      else request.socket.resetAndDestroy();
      return;
    case 'html': {
      const page = `<html><head><title>${reply.title}</title></head><body><h1>${reply.title}</h1></body></html>`;
      response.writeHead(reply.status, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    case 'json': {
      const answer = () => {
        response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8' });
        response.end(JSON.stringify(reply.body));
      };
      if (reply.afterSeconds === undefined) answer();
      else later(reply.afterSeconds * 1000, answer);
      return;
    }
  }
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BodyTooLarge(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined; // the operation refuses it by the API's own code
  }
}
