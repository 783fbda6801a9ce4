import { join } from 'node:path';
import { readJson, replaceFile } from './durable-file.ts';
import type { MachineClient, OpenId, User } from './engines/openid.ts';
import { bucket } from './engines/queue-and-storage.ts';
import { defaultTableNames, type TableNames } from './engines/tables.ts';
import type { Endpoints } from './environment.ts';
import type { CertificateFile } from './pki/installation.ts';

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
  /** A certificate of each example company, as a file to send to the API. */
  readonly certificates: readonly CertificateFile[];
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
  readonly certificates: readonly CertificateFile[];
  readonly environment: Readonly<Record<string, string>>;
}): Credentials {
  const { apiUrl, apiKey, openId, endpoints, queues, certificates, environment } = stack;
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
    certificates,
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
