import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { FIXED_HEADERS } from '../../src/handlers/answer-headers.ts';
import { type GatewayAnswer, gatewayAnswers } from '../../src/handlers/gateway-answers.ts';
import { problemBody } from '../../src/handlers/problem.ts';
import type { Route } from '../../src/handlers/routes.ts';
import { BodyTooLarge, readBody } from '../http-body.ts';
import { close, listen } from '../http-server.ts';
import { FunctionTimeout, type Handler, invoke } from '../lambda.ts';
import type { TokenCheck } from './access.ts';
import { readAnswer, sendAnswer, sendPreflight, sendProblem } from './answer.ts';
import { proxyEvent } from './proxy-event.ts';
import { parseTarget } from './request-target.ts';
import { match } from './router.ts';
import { inGatewaySegment } from './trace.ts';
import { type ApiClient, type KeyCheck, usagePlans } from './usage-plans.ts';

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const TIMEOUT_MS = 29_000;
const LINGER_MS = 1_000;

export interface ApiGatewayOptions {
  readonly port: number;
  readonly routes: readonly Route[];
  /** By the name a route gives. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Each with its key and its share. */
  readonly clients: readonly ApiClient[];
  readonly checkToken: (authorization: string | undefined) => Promise<TokenCheck>;
  /** Told of what a function threw, with the request's id. */
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** The gateway answers by itself: carries which of its answers, and the headers that go with it. */
class Refused extends Error {
  readonly refusal: GatewayAnswer;
  readonly headers: Readonly<Record<string, string>>;
  constructor(refusal: GatewayAnswer, headers: Readonly<Record<string, string>> = {}) {
    super(refusal);
    this.refusal = refusal;
    this.headers = headers;
  }
}

/** Serves the routes on this machine only, turning requests into Lambda proxy events. */
export async function startApiGateway(options: ApiGatewayOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const gateway = { ...options, checkKey: usagePlans(options.clients) };
  const { server, url } = await listen((request, response) => {
    const requestId = randomUUID();
    serve(gateway, request, response, requestId).catch((error: unknown) =>
      refuse(options, error, { request, response, requestId }),
    );
  }, options.port);
  // The same road without the "100 Continue": a body that will be refused is then never sent.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.on('clientError', (_error, socket) => refuseUnreadable(socket));
  return { url, stop: () => close(server, 5_000) };
}

interface Gateway extends ApiGatewayOptions {
  readonly checkKey: (key: string | undefined, now: number) => KeyCheck;
}

async function serve(
  options: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const at = Date.now();
  const method = request.method ?? '';
  const target = parseTarget(request.url ?? '');
  if (!target) throw new Refused('malformed');
  const found = match(options.routes, method, target.segments);
  if (found.kind === 'none') throw new Refused('not-found');
  if (found.kind === 'other-method') {
    if (method === 'OPTIONS') return sendPreflight(response, found.allow, requestId);
    throw new Refused('other-method', { allow: found.allow.join(', ') });
  }
  const { route, params } = found;
  const key = request.headers['x-api-key'];
  const apiKey = typeof key === 'string' ? key : undefined;
  const claims = route.open ? undefined : await authorised(options, request.headers.authorization, apiKey);
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw new Refused('too-large');
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  const body = (await readBody(request, BODY_LIMIT_BYTES)).toString('utf8');
  const handler = options.handlers[route.handler];
  if (!handler) throw new Error(`No handler "${route.handler}"`);
  const call = { functionName: `nfse-ledger-${route.handler}`, awsRequestId: requestId, timeoutMs: TIMEOUT_MS };
  const carried = request.headers['x-amzn-trace-id'];
  const answer = await inGatewaySegment(typeof carried === 'string' ? carried : undefined, at, async (trace) => {
    const event = proxyEvent({
      method,
      target,
      resource: route.path,
      params,
      rawHeaders: request.rawHeaders,
      body,
      claims,
      apiKey: apiKey ?? null,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      requestId,
      at,
      trace,
    });
    return readAnswer(await invoke(handler, event, { ...call, trace }));
  });
  if (!answer) throw new Error(`The handler "${route.handler}" gave a malformed answer`);
  sendAnswer(response, answer, requestId);
}

/** The token first, then the key, as API Gateway checks them. */
async function authorised(options: Gateway, authorization: string | undefined, apiKey: string | undefined) {
  const checked = await options.checkToken(authorization);
  if ('refused' in checked) throw new Refused(checked.refused);
  const refused = options.checkKey(apiKey, Date.now());
  if (refused) throw new Refused(refused);
  return checked.claims;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

function refuse(options: ApiGatewayOptions, error: unknown, { request, response, requestId }: Exchange): void {
  if (request.destroyed && !request.complete) return;
  const refusal = refusalOf(error);
  if (refusal === 'failed' || refusal === 'timeout') options.onFailure(error, requestId);
  if (!request.complete) discardRest(request, response);
  const facts = gatewayAnswers[refusal];
  const headers = {
    ...('headers' in facts ? facts.headers : {}),
    ...(error instanceof Refused ? error.headers : {}),
  };
  sendProblem(response, { ...facts, headers }, requestId);
}

function refusalOf(error: unknown): GatewayAnswer {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof BodyTooLarge) return 'too-large';
  return error instanceof FunctionTimeout ? 'timeout' : 'failed';
}

/**
 * A connection closed on unread bytes is reset, and the reset may overtake the answer. So what still comes is thrown away, for a
 * moment only.
 */
function discardRest(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.once('finish', () => {
    const cut = setTimeout(() => request.socket.destroy(), LINGER_MS);
    request.once('end', () => clearTimeout(cut));
  });
}

const FIXED = Object.entries(FIXED_HEADERS)
  .map((header) => header.join(': '))
  .join('\r\n');

/** What is no HTTP at all: the raw socket is all there is to answer on. */
function refuseUnreadable(socket: Duplex): void {
  if (!socket.writable) return;
  const body = JSON.stringify(problemBody(gatewayAnswers.malformed, randomUUID()));
  const head = `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${FIXED}`;
  socket.end(`${head}\r\n\r\n${body}`);
}
