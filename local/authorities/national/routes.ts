import { builtInFile } from '../../../src/nfse/municipality-profiles/built-in.ts';
import { ProfilesSchema } from '../../../src/nfse/municipality-profiles/schema.ts';
import type { Client } from './client-certificate.ts';
import * as operations from './operations.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** Where declarations are posted: at the national system's own path, or at those of the cities' fronts, which the stand-in is as well. */
const ISSUE_PATHS: ReadonlySet<string> = new Set([
  '/nfse',
  ...ProfilesSchema.parse(builtInFile).municipalities.flatMap((city) =>
    city.provider === 'national' ? [city.issuePath] : [],
  ),
]);

/** Whether a request posts a declaration. @param path below the API's base, beginning with `/` */
export function isDeclaration(method: string, path: string): boolean {
  return method === 'POST' && ISSUE_PATHS.has(path);
}

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
  if (isDeclaration(method, path)) return operations.declare(deps, body);
  if (resource === 'dps' && id && reading) return operations.lookUp(deps, id, method === 'HEAD' ? undefined : client);
  if (resource !== 'nfse' || !id) return replies.pageNotFound;
  if (events === undefined && reading) return operations.fetchNote(deps, id, client);
  if (events !== 'eventos') return replies.pageNotFound;
  if (type === undefined && method === 'POST') return operations.registerEvent(deps, id, body);
  return type && sequence && reading ? operations.fetchEvent(deps, id, type, sequence) : replies.pageNotFound;
}
