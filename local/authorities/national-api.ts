import { randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { openNotes } from './national/notes.ts';
import * as operations from './national/operations.ts';
import { outagesBy } from './national/outages.ts';
import type { Reply } from './national/replies.ts';
import * as replies from './national/replies.ts';

const BASE = '/SefinNacional';
const MAX_BODY_BYTES = 2 * 1024 * 1024;
const HOLD_MS = 60_000;

/** The body is larger than any declaration. */
class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'body-too-large';
}

/**
 * Starts the stand-in of the national system: issues, looks up and cancels by the rules of the real one as far as no
 * register is needed, and misbehaves on request (README.md beside this file).
 *
 * @param options.dataDir keeps the notes across restarts; in memory without it
 */
export async function startNationalApi(options: {
  readonly port?: number;
  readonly dataDir?: string;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const now = Date.now;
  const notes = await openNotes(options.dataDir);
  const deps: operations.OperationDeps = {
    notes,
    outages: outagesBy(now),
    calls: new Map(),
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

  const server = createServer((request, response) => {
    route(deps, request)
      .catch((error: unknown): Reply => {
        if (error instanceof BodyTooLarge) return replies.tooLarge;
        return { kind: 'html', status: 500, title: `500 ${error instanceof Error ? error.message : String(error)}` };
      })
      .then((reply) => perform(reply, request, response, later));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', listening);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;

  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      await new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
      await notes.close();
    },
  };
}

async function route(deps: operations.OperationDeps, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const body = request.method === 'POST' ? await jsonBody(request) : undefined;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (url.pathname.startsWith('/control/')) return control(deps, request.method ?? '', url, body);
  // The path is case sensitive, and outside it answers a web server, not the API: as in production.
  if (!url.pathname.startsWith(`${BASE}/`)) return replies.pageNotFound;
  const [resource, id, events, type, sequence] = url.pathname.slice(BASE.length + 1).split('/');
  if (resource === 'nfse' && id === undefined && request.method === 'POST') return operations.declare(deps, body);
  if (resource === 'dps' && id && reading) return operations.lookUp(deps, id);
  if (resource !== 'nfse' || !id) return replies.pageNotFound;
  if (events === undefined && reading) return operations.fetchNote(deps, id);
  if (events !== 'eventos') return replies.pageNotFound;
  if (type === undefined && request.method === 'POST') return operations.registerEvent(deps, id, body);
  return type && sequence && reading ? operations.fetchEvent(deps, id, type, sequence) : replies.pageNotFound;
}

/** For tests and demonstrations: what the authority holds, how often it was asked, and an outage for everybody. */
function control(deps: operations.OperationDeps, method: string, url: URL, body: unknown): Reply {
  const ok = (content: unknown): Reply => ({ kind: 'json', status: 200, body: content });
  switch (`${method} ${url.pathname}`) {
    case 'GET /control/notes':
      return ok(
        deps.notes.all().map(({ dpsId, accessKey, nfseNumber }) => {
          const cancelled = deps.notes.event(accessKey, '101101') !== undefined;
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
      request.socket.resetAndDestroy();
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
