import type { ServerResponse } from 'node:http';
import { FIXED_HEADERS, READABLE_HEADERS, REQUEST_HEADERS } from '../../src/handlers/answer-headers.ts';
import { type ProblemFacts, problemBody } from '../../src/handlers/problem.ts';

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': [...READABLE_HEADERS, 'x-amzn-RequestId'].join(', '),
};

/** What a function answered, once it is known to be an answer. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: readonly (readonly [string, readonly string[]])[];
  readonly body: Buffer;
}

/** @returns `undefined` for what API Gateway calls a malformed Lambda proxy response */
export function readAnswer(value: unknown): Answer | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = value as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const lists = new Map<string, readonly string[]>();
  for (const [name, single] of Object.entries(headers ?? {})) lists.set(name.toLowerCase(), [String(single)]);
  for (const [name, many] of Object.entries(multiValueHeaders ?? {})) {
    if (Array.isArray(many)) lists.set(name.toLowerCase(), many.map(String));
  }
  return {
    statusCode: status,
    headers: [...lists],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Writes a function's answer. A header that HTTP cannot carry throws before anything is sent. */
export function sendAnswer(response: ServerResponse, { statusCode, headers, body }: Answer, requestId: string): void {
  response.statusCode = statusCode;
  for (const [name, values] of Object.entries({ ...CORS, 'x-amzn-requestid': requestId }))
    response.setHeader(name, values);
  for (const [name, values] of headers) response.setHeader(name, values.length === 1 ? (values[0] ?? '') : [...values]);
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  const bodiless = statusCode === 204 || statusCode === 304;
  if (!bodiless) response.setHeader('content-length', body.length);
  response.end(bodiless ? undefined : body);
}

export function sendProblem(response: ServerResponse, facts: ProblemFacts, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const body = JSON.stringify(problemBody(facts, requestId));
  response
    .writeHead(facts.status, {
      ...CORS,
      'x-amzn-requestid': requestId,
      ...FIXED_HEADERS,
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      ...facts.headers,
    })
    .end(body);
}

/** The answer to a browser that asks first. */
export function sendPreflight(response: ServerResponse, allow: readonly string[], requestId: string): void {
  response
    .writeHead(204, {
      ...CORS,
      ...FIXED_HEADERS,
      'x-amzn-requestid': requestId,
      'access-control-allow-methods': [...new Set([...allow, 'OPTIONS'])].join(', '),
      'access-control-allow-headers': REQUEST_HEADERS.join(', '),
      'access-control-max-age': '600',
    })
    .end();
}
