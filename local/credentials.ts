import { join } from 'node:path';
import { readJson, replaceFile } from './durable-file.ts';
import type { MachineClient, OpenId, User } from './engines/openid.ts';
import { bucket } from './engines/queue-and-storage.ts';
import { defaultTableNames, type TableNames } from './engines/tables.ts';
import type { Endpoints } from './environment.ts';

/** All that a person or a test needs to use a running stack, in one file. */
export interface Credentials {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly authorizationUrl: string;
  /** The public client of the web and mobile apps. */
  readonly app: OpenId['app'];
  readonly clients: readonly MachineClient[];
  readonly users: readonly User[];
  readonly endpoints: Endpoints;
  readonly tables: TableNames;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly bucket: string;
  /** Every variable of our processes. */
  readonly environment: Readonly<Record<string, string>>;
}

export function credentialsOf(stack: {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly openId: OpenId;
  readonly endpoints: Endpoints;
  readonly queues: { readonly queueUrl: string; readonly deadLetterQueueUrl: string };
  readonly environment: Readonly<Record<string, string>>;
}): Credentials {
  const { apiUrl, apiKey, openId, endpoints, queues, environment } = stack;
  const { issuer, tokenUrl, authorizationUrl, app, clients, users } = openId;
  const { queueUrl, deadLetterQueueUrl } = queues;
  return {
    apiUrl,
    apiKey,
    issuer,
    tokenUrl,
    authorizationUrl,
    app,
    clients,
    users,
    endpoints,
    tables: defaultTableNames,
    queueUrl,
    deadLetterQueueUrl,
    bucket,
    environment,
  };
}

const fileIn = (dataDir: string) => join(dataDir, 'credentials.json');

/** Written for the owner's eyes only. */
export function writeCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  return replaceFile(fileIn(dataDir), `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
}

/** @returns `undefined` when no stack was ever started on this folder */
export async function readCredentials(dataDir: string): Promise<Credentials | undefined> {
  return (await readJson(fileIn(dataDir))) as Credentials | undefined;
}
