import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readConfig } from '../src/platform/config.ts';
import { secretReader, secretWriter } from '../src/platform/secrets-manager.ts';
import type { Pki } from './pki/installation.ts';

/**
 * Gives the example companies their certificates, so that a new stack issues at once. One that somebody stored since is left alone,
 * until a new one is drawn.
 */
export async function storeExampleCertificates(endpoint: string, { companies, drawn }: Pki): Promise<void> {
  const client = new SecretsManagerClient({
    endpoint,
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { secretPrefix } = readConfig({}).certificates;
  const [reader, writer] = [secretReader(client, secretPrefix), secretWriter(client, secretPrefix)];
  for (const [companyCnpj, identity] of Object.entries(companies)) {
    if (drawn.includes(companyCnpj) || !(await reader.get(companyCnpj))) await writer.put(companyCnpj, identity);
  }
  client.destroy();
}
