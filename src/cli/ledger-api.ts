import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { ConfigError, ledgerApiSettings } from '../platform/config.ts';
import { UsageError } from './verb.ts';

/** The service's own API, for verbs that work on what a running installation holds. */
export interface LedgerApi {
  /**
   * @param path with its query: `/dlq?cause=worker-died`
   * @param answer what the answer has to look like; what it has besides is left out
   * @throws ApiRefusal, ApiSilent
   */
  get<Schema extends z.ZodMiniType>(path: string, answer: Schema): Promise<z.output<Schema>>;
  /** @throws ApiRefusal, ApiSilent: whether anything was done is then unknown */
  post<Schema extends z.ZodMiniType>(path: string, body: object, answer: Schema): Promise<z.output<Schema>>;
}

/** The API answered, and not with what was asked for. The message is its own, for the person. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly code = 'api-refusal';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The API did not answer, or not within its time. */
export class ApiSilent extends Error {
  override readonly name = 'ApiSilent';
  readonly code = 'api-silent';
}

/** Where the API is and by which right it is called. */
export interface Connection {
  readonly url: string;
  readonly token: string;
  readonly apiKey: string;
}

/** What a function behind API Gateway takes at most, and a little. */
const TIMEOUT_MS = 35_000;
/** What API Gateway lets through. */
const MOST_BYTES = 10 * 1024 * 1024;

/** The API over HTTP. Nothing is asked twice: a verb knows which of its calls may be. */
export function ledgerApi({ url, token, apiKey }: Connection, fetching: typeof fetch = fetch): LedgerApi {
  const call = async <Schema extends z.ZodMiniType>(
    path: string,
    answer: Schema,
    init: RequestInit = {},
  ): Promise<z.output<Schema>> => {
    const headers = { authorization: `Bearer ${token}`, 'x-api-key': apiKey, ...init.headers };
    const { status, ok, text } = await answered(() =>
      fetching(url + path, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }),
    );
    const json = jsonIn(text);
    if (!ok) throw new ApiRefusal(status, sentenceOf(status, json));
    const read = answer.safeParse(json);
    if (read.success) return read.data;
    throw new ApiRefusal(status, `A resposta da API (${status}) não é a esperada: confira NFSE_API_URL e a versão.`);
  };
  return {
    get: (path, answer) => call(path, answer),
    post: (path, body, answer) =>
      call(path, answer, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

async function answered(send: () => Promise<Response>): Promise<{ status: number; ok: boolean; text: string }> {
  try {
    const response = await send();
    const text = await response.text();
    if (text.length > MOST_BYTES) throw new Error(`an answer of ${text.length} characters`);
    return { status: response.status, ok: response.ok, text };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : '';
    throw new ApiSilent(`A API não respondeu (${reason}).`, { cause });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ProblemSchema = z.object({
  detail: z.string(),
  requestId: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ pointer: z.string(), message: z.string(), howToFix: z.string() }))),
});

/** A problem+json as a person reads it. */
function sentenceOf(status: number, json: unknown): string {
  const problem = ProblemSchema.safeParse(json);
  if (!problem.success) return `A API respondeu ${status}.`;
  const { detail, errors = [], requestId } = problem.data;
  const fields = errors.map(({ pointer, message, howToFix }) => `\n  ${pointer || '/'}: ${message} ${howToFix}`);
  return `${status}: ${detail}${requestId && status >= 500 ? ` (requestId ${requestId})` : ''}${fields.join('')}`;
}

const CredentialsSchema = z.object({
  apiUrl: z.url({ protocol: /^https?$/ }),
  apiKey: z.string(),
  tokenUrl: z.url({ protocol: /^https?$/ }),
  clients: z.array(z.object({ role: z.string(), clientId: z.string(), clientSecret: z.string(), scope: z.string() })),
});
const TokenSchema = z.object({ access_token: z.string() });

/**
 * The API that the environment names (`NFSE_API_URL`, `NFSE_TOKEN`, `NFSE_API_KEY`), or else the one that `npm start` runs on
 * this machine, as the machine client of a role.
 *
 * @param from the person's folder, and the data folder of `npm start` in it
 * @throws UsageError when there is neither, or the environment says half of it
 */
export async function connection(
  role: 'ops' | 'auditor' | 'admin',
  from: { readonly directory: string; readonly data?: string | undefined },
  env?: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  return settingsOf(env) ?? (await localConnection(role, resolve(from.directory, from.data ?? '.local')));
}

function settingsOf(env?: Readonly<Record<string, string | undefined>>): Connection | undefined {
  try {
    return ledgerApiSettings(env);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

async function localConnection(role: string, data: string): Promise<Connection> {
  const text = await readFile(resolve(data, 'credentials.json'), 'utf8').catch(() => '');
  const credentials = CredentialsSchema.safeParse(jsonIn(text));
  const client = credentials.data?.clients.find((one) => one.role === role);
  if (!credentials.success || !client) {
    throw new UsageError(
      'Não há serviço nesta máquina. Inicie-o com "npm start", ou informe NFSE_API_URL, NFSE_TOKEN e NFSE_API_KEY.',
    );
  }
  const { apiUrl, apiKey, tokenUrl } = credentials.data;
  const { ok, text: answer } = await answered(() =>
    fetch(tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  );
  const token = TokenSchema.safeParse(jsonIn(answer));
  if (!ok || !token.success) throw new UsageError(`${tokenUrl} não deu um token ao cliente de perfil ${role}.`);
  return { url: apiUrl, token: token.data.access_token, apiKey };
}
