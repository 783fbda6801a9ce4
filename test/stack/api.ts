import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import type { Credentials } from '../../local/credentials.ts';

/** What a test knows of the stack it talks to, as any script would learn it. */
export function credentials(file: string = inject('credentials')): Credentials {
  return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON answers freely and assert on what they find
  readonly body: any;
}

export interface Api {
  readonly token: string;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, key?: string): Promise<Answer>;
  /** Asks until the invoice has the status, or fails after the time. */
  until(
    invoiceId: string,
    status: string | ((invoice: Answer['body']) => boolean),
    withinMs?: number,
  ): Promise<Answer['body']>;
}

const tokens = new Map<string, Promise<string>>();

/** The API as one of the machine clients sees it: `client`, `operator`, `auditor`, `ops`, `admin`, `client-other`. */
export async function apiAs(name: string, stack: Credentials = credentials()): Promise<Api> {
  const cacheKey = `${stack.tokenUrl} ${name}`;
  if (!tokens.has(cacheKey)) tokens.set(cacheKey, tokenFor(name, stack));
  const token = (await tokens.get(cacheKey)) ?? '';
  const request: Api['request'] = async (method, route, body, headers = {}) => {
    const response = await fetch(stack.apiUrl + route, {
      method,
      headers: { authorization: `Bearer ${token}`, 'x-api-key': stack.apiKey, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  };
  const get: Api['get'] = (route, headers) => request('GET', route, undefined, headers);
  return {
    token,
    request,
    get,
    post: (route, body, key = randomUUID()) => request('POST', route, body, { 'idempotency-key': key }),
    async until(invoiceId, status, withinMs = 10_000) {
      const reached = typeof status === 'string' ? (invoice: Answer['body']) => invoice.status === status : status;
      const deadline = Date.now() + withinMs;
      for (;;) {
        const { body } = await get(`/invoices/${invoiceId}`);
        if (reached(body)) return body;
        if (Date.now() > deadline) throw new Error(`Invoice ${invoiceId} did not get there: ${JSON.stringify(body)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

async function tokenFor(name: string, { tokenUrl, clients }: Credentials): Promise<string> {
  const client = clients.find((one) => one.name === name);
  if (!client) throw new Error(`The stack has no client ${name}`);
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
      scope: client.scope,
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

const examples = path.join(import.meta.dirname, '../../examples');

/** A request body of `examples/`, as the documents show it. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes a body into every wrong shape
export function example(name: string): any {
  return JSON.parse(readFileSync(path.join(examples, `${name}.json`), 'utf8'));
}

/** How often the stand-in authority was asked about a declaration. */
export async function authorityCalls(
  dpsId: string,
  stack: Credentials = credentials(),
): Promise<{ posts: number; lookups: number; events: number }> {
  const url = new URL(`/control/calls?dpsId=${dpsId}`, stack.endpoints.nationalControl);
  return (await (await fetch(url)).json()) as { posts: number; lookups: number; events: number };
}

/** The notes that the stand-in authority holds for a declaration: one, if all is well. */
export async function authorityNotes(
  dpsId: string,
  stack: Credentials = credentials(),
): Promise<{ dpsId: string; accessKey: string; cancelled: boolean }[]> {
  const notes = (await (await fetch(new URL('/control/notes', stack.endpoints.nationalControl))).json()) as never;
  return (notes as { dpsId: string; accessKey: string; cancelled: boolean }[]).filter((note) => note.dpsId === dpsId);
}
