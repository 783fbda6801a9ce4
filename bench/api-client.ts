import { Agent, request } from 'node:http';
import type { Credentials } from '../local/credentials.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

/** The API over kept connections, as a machine client calls it. */
export interface ApiClient {
  call(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  close(): void;
}

const LONGEST_MS = 30_000;

/** @throws Error when no token is given */
export async function apiClient({
  apiUrl,
  apiKey,
  tokenUrl,
  clients,
}: Pick<Credentials, 'apiUrl' | 'apiKey' | 'tokenUrl' | 'clients'>): Promise<ApiClient> {
  const client = clients.find(({ name }) => name === 'client');
  if (!client) throw new Error('The stack has no client named "client"');
  const authorization = `Bearer ${await tokenFor(tokenUrl, client)}`;
  const agent = new Agent({ keepAlive: true });
  const call: ApiClient['call'] = (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, apiUrl),
        {
          method,
          agent,
          timeout: LONGEST_MS,
          headers: { authorization, 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} took over ${LONGEST_MS} ms`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server had just closed a connection that was idle: the request never reached it.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(call(method, path, body, headers));
        else reject(error);
      });
      sent.end(body);
    });
  return {
    call,
    close: () => agent.destroy(),
  };
}

async function tokenFor(tokenUrl: string, { clientId, clientSecret, scope }: Credentials['clients'][number]) {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (!access_token) throw new Error(`No token was given: status ${response.status}`);
  return access_token;
}
