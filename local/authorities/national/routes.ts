import type { Client } from './client-certificate.ts';
import * as operations from './operations.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/**
 * What the national system answers to a request, without a socket.
 *
 * @param path below the API's base, beginning with `/`
 * @param body JSON, as parsed
 * @param client who asks; without one nobody is turned away
 */
export function answerOf(
  deps: operations.OperationDeps,
  method: string,
  path: string,
  body: unknown,
  client?: Client,
): Reply | Promise<Reply> {
  const [, resource, id, events, type, sequence] = path.split('/');
  const reading = method === 'GET' || method === 'HEAD';
  if (resource === 'nfse' && id === undefined && method === 'POST') return operations.declare(deps, body);
  if (resource === 'dps' && id && reading) return operations.lookUp(deps, id, method === 'HEAD' ? undefined : client);
  if (resource !== 'nfse' || !id) return replies.pageNotFound;
  if (events === undefined && reading) return operations.fetchNote(deps, id, client);
  if (events !== 'eventos') return replies.pageNotFound;
  if (type === undefined && method === 'POST') return operations.registerEvent(deps, id, body);
  return type && sequence && reading ? operations.fetchEvent(deps, id, type, sequence) : replies.pageNotFound;
}
