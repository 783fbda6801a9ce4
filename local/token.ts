// Prints an access token and nothing else: `npm run -s token -- --role client [--client NAME] [--data DIR]`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { accessToken } from './access-token.ts';
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

try {
  const { values } = parseArgs({
    options: { role: { type: 'string' }, client: { type: 'string' }, data: { type: 'string', default: '.local' } },
  });
  const credentials = await readCredentials(resolve(values.data));
  if (!credentials) throw new StackError('The stack is not running: start it with "npm start" and ask again.');
  process.stdout.write(
    `${await accessToken(credentials.tokenUrl, choose(credentials.clients, values.role, values.client))}\n`,
  );
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
