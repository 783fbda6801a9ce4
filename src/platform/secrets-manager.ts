import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import type { SecretReader, SecretWriter } from '../commands/company-ports.ts';
import { traced } from './tracer.ts';

export const secretsManager = (): SecretsManagerClient => traced(new SecretsManagerClient({}));

const SecretSchema = z.object({ key: z.string(), certificate: z.string() });

/** A secret that the service did not write, or that was changed by hand. Names the secret and nothing of its content. */
export class UnreadableSecret extends Error {
  override readonly name = 'UnreadableSecret';
  readonly code = 'unreadable-secret';
  constructor(name: string) {
    super(`Secret ${name} does not hold a certificate and its key`);
  }
}

/**
 * AWS Secrets Manager, one secret a company. The writer asks for the rights to create and to put and never for the one to get, which
 * is the reader's alone.
 *
 * @param prefix of the secrets' names
 */
export function secretWriter(client: SecretsManagerClient, prefix: string): SecretWriter {
  return {
    async put(companyCnpj, { key, certificate }) {
      const name = prefix + companyCnpj;
      const SecretString = JSON.stringify({ key, certificate });
      const replace = () => client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
      try {
        await replace();
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        try {
          await client.send(new CreateSecretCommand({ Name: name, SecretString }));
        } catch (again) {
          if (!(again instanceof ResourceExistsException)) throw again;
          await replace(); // somebody created it in between
        }
      }
    },
  };
}

/** @throws UnreadableSecret */
export function secretReader(client: SecretsManagerClient, prefix: string): SecretReader {
  return {
    async get(companyCnpj) {
      const name = prefix + companyCnpj;
      try {
        const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
        return { version: VersionId, secret: parsed(name, SecretString) };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
  };
}

/** The reason why it cannot be parsed is left out: a parser's message may quote what it was given. */
function parsed(name: string, text: string): z.infer<typeof SecretSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnreadableSecret(name);
  }
  const { data } = SecretSchema.safeParse(json);
  if (!data) throw new UnreadableSecret(name);
  return data;
}
