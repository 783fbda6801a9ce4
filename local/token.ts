// Prints an access token and nothing else: `npm run -s token -- --role client [--client NAME] [--data DIR]`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCredentials } from './credentials.ts';
import { isRole, roles } from './engines/openid/identities.ts';
import type { MachineClient } from './engines/openid.ts';
import { StackError, sentenceOf } from './stack-error.ts';

/** @throws StackError naming what is wrong with the choice */
function choose(clients: readonly MachineClient[], role: string | undefined, name: string | undefined): MachineClient {
  if (role === undefined && name === undefined) throw new StackError(`Say which token: --role ${roles.join('|')}.`);
  if (role !== undefined && !isRole(role))
    throw new StackError(`There is no role "${role}"; the roles are ${roles.join(', ')}.`);
  const chosen = clients.find(
    (client) => (role === undefined || client.role === role) && (name === undefined || client.name === name),
  );
  if (chosen) return chosen;
  throw new StackError(
    `No client "${name}" has that role; the clients are ${clients.map((client) => client.name).join(', ')}.`,
  );
}

/** @throws StackError when nobody answers, or refuses */
async function tokenOf(tokenUrl: string, { clientId, clientSecret, scope }: MachineClient): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  if (!response) throw new StackError('The stack is not running: start it with "npm start" and ask again.');
  const answer = (await response.json().catch(() => ({}))) as { access_token?: string; error_description?: string };
  if (answer.access_token) return answer.access_token;
  throw new StackError(`No token was given: ${answer.error_description ?? `status ${response.status}`}.`);
}

try {
  const { values } = parseArgs({
    options: { role: { type: 'string' }, client: { type: 'string' }, data: { type: 'string', default: '.local' } },
  });
  const credentials = await readCredentials(resolve(values.data));
  if (!credentials) throw new StackError('The stack is not running: start it with "npm start" and ask again.');
  process.stdout.write(
    `${await tokenOf(credentials.tokenUrl, choose(credentials.clients, values.role, values.client))}\n`,
  );
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
