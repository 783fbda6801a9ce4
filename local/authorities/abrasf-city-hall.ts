import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLarge, readBody } from '../http-body.ts';
import { close, listen } from '../http-server.ts';
import type { HandedInChecks } from './abrasf/checks.ts';
import { control } from './abrasf/control.ts';
import type { OperationDeps } from './abrasf/declarations.ts';
import { openRegister } from './abrasf/register.ts';
import type { Reply } from './abrasf/replies.ts';
import * as replies from './abrasf/replies.ts';
import { answerOf, type Exchange } from './abrasf/routes.ts';
import { outagesBy } from './national/outages.ts';

const MAX_BODY_BYTES = 2 * 1024 * 1024;
const HOLD_MS = 60_000;

/**
 * Starts the stand-in of the city halls that speak ABRASF: issues, queues, looks up and cancels by the rules of the model as far as
 * no register of companies is needed, and misbehaves on request (README.md beside this file).
 *
 * @param options.dataDir keeps the notes across restarts; in memory without it
 */
export async function startAbrasfCityHall(options: {
  readonly port?: number;
  readonly dataDir?: string;
  readonly checks?: HandedInChecks;
  /** How long a batch waits when its RPS asks for nothing else. */
  readonly queueSeconds?: number;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const now = Date.now;
  const register = await openRegister(options.dataDir);
  const deps: OperationDeps = {
    register,
    outages: outagesBy(now),
    calls: new Map(),
    checks: options.checks ?? {},
    queueSeconds: options.queueSeconds ?? 1,
    now,
    random: () => randomBytes(4).toString('hex').toUpperCase(),
  };
  const timers = new Set<NodeJS.Timeout>();
  const later = (milliseconds: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, milliseconds);
    timers.add(timer);
  };
  const { server, url } = await listen((request, response) => {
    route(deps, request, response, later).catch((error: unknown) => {
      const reply = error instanceof BodyTooLarge ? replies.tooLarge : serverError(error);
      perform(reply, undefined, request, response, later);
    });
  }, options.port ?? 0);
  return {
    url,
    stop: async () => {
      for (const timer of timers) clearTimeout(timer);
      await close(server, 0);
      await register.close();
    },
  };
}

function serverError(error: unknown): Reply {
  return { kind: 'html', status: 500, title: `500 ${error instanceof Error ? error.message : String(error)}` };
}

type Later = (milliseconds: number, act: () => void) => void;

async function route(
  deps: OperationDeps,
  request: IncomingMessage,
  response: ServerResponse,
  later: Later,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const body = request.method === 'POST' ? (await readBody(request, MAX_BODY_BYTES)).toString('utf8') : '';
  if (url.pathname.startsWith('/control/')) {
    const content = control(deps, request.method ?? '', url, body);
    if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(content));
    return;
  }
  if (request.method !== 'POST') {
    perform(replies.pageNotFound, undefined, request, response, later);
    return;
  }
  const { reply, exchange } = await answerOf(deps, url.pathname, body);
  perform(reply, exchange, request, response, later);
}

function perform(
  reply: Reply,
  exchange: Exchange | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  later: Later,
): void {
  const send = (status: number, { bytes, contentType }: replies.Written) => {
    response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes);
  };
  switch (reply.kind) {
    case 'hold':
      later(HOLD_MS, () => request.socket.destroy());
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': 'text/xml' }).end();
      return;
    case 'html': {
      const page = `<html><head><title>${reply.title}</title></head><body><h1>${reply.title}</h1></body></html>`;
      send(reply.status, { bytes: Buffer.from(page), contentType: 'text/html; charset=utf-8' });
      return;
    }
    case 'fault':
      send(500, replies.writtenFault(reply.reason, exchange?.soap ?? '1.1'));
      return;
    case 'document': {
      if (!exchange) return;
      const written = replies.written(reply, exchange.city, exchange.operation, exchange.soap);
      if (reply.afterSeconds === undefined) send(200, written);
      else later(reply.afterSeconds * 1000, () => send(200, written));
    }
  }
}
