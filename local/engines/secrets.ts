import { randomUUID } from 'node:crypto';
import { close, listen } from '../http-server.ts';
import { AwsError, jsonProtocol } from './json-protocol.ts';
import { openVault, type Secret } from './secrets/vault.ts';

export interface Secrets {
  readonly endpoint: string;
  stop(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Secrets Manager, in the three operations that the service uses, over a vault in the folder. */
export async function startSecrets(options: { readonly port: number; readonly dataDir: string }): Promise<Secrets> {
  const vault = await openVault(options.dataDir);
  const existing = (name: string): Secret => {
    const secret = vault.get(name);
    if (secret) return secret;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  const keep = async (name: string, { SecretString, ClientRequestToken }: Fields): Promise<Fields> => {
    if (typeof SecretString !== 'string') throw new AwsError('InvalidParameterException', 'Only text is kept here.');
    const versionId = typeof ClientRequestToken === 'string' ? ClientRequestToken : randomUUID();
    await vault.put(name, { versionId, text: SecretString, createdAt: Date.now() });
    return { ARN: arn(name), Name: name, VersionId: versionId };
  };
  const { server, url } = await listen(
    jsonProtocol('secretsmanager', {
      CreateSecret(input) {
        const name = nameIn(input.Name);
        if (vault.get(name)) {
          throw new AwsError(
            'ResourceExistsException',
            `The operation failed because the secret ${name} already exists.`,
          );
        }
        return keep(name, input);
      },
      async PutSecretValue(input) {
        const name = nameIn(input.SecretId);
        existing(name);
        return { ...(await keep(name, input)), VersionStages: ['AWSCURRENT'] };
      },
      GetSecretValue(input) {
        const name = nameIn(input.SecretId);
        const { versionId, text, createdAt } = existing(name);
        const common = { ARN: arn(name), Name: name, VersionId: versionId, VersionStages: ['AWSCURRENT'] };
        return { ...common, SecretString: text, CreatedDate: createdAt / 1_000 };
      },
    }),
    options.port,
  );
  return { endpoint: url, stop: () => close(server) };
}

function nameIn(value: unknown): string {
  if (typeof value === 'string' && /^[\w/+=.@-]{1,512}$/.test(value)) return value;
  throw new AwsError('InvalidParameterException', 'Invalid name.');
}

const arn = (name: string): string => `arn:aws:secretsmanager:sa-east-1:000000000000:secret:${name}`;
