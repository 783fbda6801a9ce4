import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { CityLoginReader, CityLoginWriter, SecretReader, SecretWriter } from '../commands/company-ports.ts';

export const secretsManager = (): SecretsManagerClient => new SecretsManagerClient({});

const CertificateSchema = z.object({ key: z.string(), certificate: z.string() });
const LoginSchema = z.object({ user: z.string(), password: z.string() });

/** A secret that the service did not write, or that was changed by hand. Names the secret and nothing of its content. */
export class UnreadableSecret extends Error {
  override readonly name = 'UnreadableSecret';
  readonly code = 'unreadable-secret';
  constructor(name: string, expected: string) {
    super(`Secret ${name} does not hold ${expected}`);
  }
}

/**
 * AWS Secrets Manager, one secret a company. The writer asks for the rights to create and to put and never for the one to get, which
 * is the reader's alone.
 *
 * @param prefix of the secrets' names
 * @param keyId of KMS, for secrets that are made; Secrets Manager's own without it
 */
export function secretWriter(client: SecretsManagerClient, prefix: string, keyId?: string): SecretWriter {
  return {
    put: (companyCnpj, { key, certificate }) => write(client, prefix + companyCnpj, { key, certificate }, keyId),
  };
}

/** @throws UnreadableSecret */
export function secretReader(client: SecretsManagerClient, prefix: string): SecretReader {
  return {
    get: (companyCnpj) => read(client, prefix + companyCnpj, CertificateSchema, 'a certificate and its key'),
  };
}

/** One secret a company and city, `<prefix><cnpj>/<municipality code>`, with the same division of rights. */
export function cityLoginWriter(client: SecretsManagerClient, prefix: string, keyId?: string): CityLoginWriter {
  return {
    put: (companyCnpj, code, { user, password }) =>
      write(client, `${prefix}${companyCnpj}/${code}`, { user, password }, keyId),
  };
}

/** @throws UnreadableSecret */
export function cityLoginReader(client: SecretsManagerClient, prefix: string): CityLoginReader {
  return {
    get: async (companyCnpj, code) =>
      (await read(client, `${prefix}${companyCnpj}/${code}`, LoginSchema, 'a user and a password'))?.secret,
  };
}

async function write(client: SecretsManagerClient, name: string, secret: object, KmsKeyId?: string): Promise<void> {
  const SecretString = JSON.stringify(secret);
  const replace = () => client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  try {
    await replace();
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    try {
      await client.send(
        new CreateSecretCommand({ Name: name, SecretString, ...(KmsKeyId !== undefined && { KmsKeyId }) }),
      );
    } catch (again) {
      if (!(again instanceof ResourceExistsException)) throw again;
      await replace(); // somebody created it in between
    }
  }
}

async function read<T>(
  client: SecretsManagerClient,
  name: string,
  schema: z.ZodMiniType<T>,
  expected: string,
): Promise<{ readonly version: string; readonly secret: T } | undefined> {
  try {
    const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    const secret = parsed(schema, SecretString);
    if (secret === undefined) throw new UnreadableSecret(name, expected);
    return { version: VersionId, secret };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** The reason why it cannot be parsed is left out: a parser's message may quote what it was given. */
function parsed<T>(schema: z.ZodMiniType<T>, text: string): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(json).data;
}
