import { Agent, type IncomingMessage, request as requestTo, type ServerResponse } from 'node:http';
import { readBody } from '../../local/http-body.ts';
import { close, listen } from '../../local/http-server.ts';
import { type AwsRequest, type Permission, permissionsFor, permissionToMiss } from './permissions.ts';

/** A permission that somebody needed, under the name of the access key that signed. */
export interface Needed extends Permission {
  readonly caller: string;
}

export interface RecordingFront {
  /** One endpoint for every service. */
  readonly url: string;
  /** Each permission that was needed, once a caller. */
  needed(): readonly Needed[];
  stop(): Promise<void>;
}

const MOST_BYTES = 16 * 1024 * 1024;
/** `AWS4-HMAC-SHA256 Credential=<access key>/<day>/<region>/<service>/aws4_request`, in a header or, in a link, in the query. */
const CREDENTIAL = /Credential=(\w+)\/\d{8}\/[\w-]+\/([\w-]+)\/aws4_request/;

/**
 * Stands before the engines where IAM stands before AWS, and sees what IAM sees: whose key signed a request, a link's too, and what it
 * asks for. Refuses nothing: a test that learns of everything that is missing is better than one that stops at the first.
 *
 * @param engines where each service is, by the name that signatures give it
 */
export async function startRecordingFront(engines: Readonly<Record<string, string>>): Promise<RecordingFront> {
  const needed = new Map<string, Needed>();
  const agent = new Agent({ keepAlive: true });
  const note = (caller: string, permissions: readonly Permission[]) => {
    for (const one of permissions) needed.set(`${caller} ${one.action} ${one.arn}`, { caller, ...one });
  };

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const [, caller = 'nobody', service = ''] =
      CREDENTIAL.exec(headers.authorization ?? '') ?? CREDENTIAL.exec(decodeURIComponent(path)) ?? [];
    const body = await readBody(request, MOST_BYTES);
    const asked: AwsRequest = { service, method, path, headers, body: body.toString('utf8') };
    note(caller, permissionsFor(asked));
    const engine = engines[service];
    if (engine === undefined) return void response.writeHead(403).end();
    const upstream = requestTo(new URL(path, engine), { method, headers, agent }, (answer) => {
      if (answer.statusCode === 404) note(caller, permissionToMiss(asked));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    // A long poll that is given up by the caller is given up here too.
    response.once('close', () => upstream.destroy());
    upstream.once('error', () => response.destroy());
    upstream.end(body);
  }

  const { server, url } = await listen((request, response) => {
    pass(request, response).catch(() => response.destroy());
  }, 0);
  return {
    url,
    needed: () => [...needed.values()],
    async stop() {
      await close(server);
      agent.destroy();
    },
  };
}
