import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type Config, namesAnInstallation, readConfig, takeEnvironment } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { type S3, s3 } from '../platform/s3.ts';
import { type Invocation, UsageError } from './verb.ts';

/** Tables and buckets, for verbs that must look at them themselves: what they check would otherwise vouch for itself. */
export interface Installation {
  readonly config: Config;
  readonly dynamoDb: DynamoDBDocumentClient;
  readonly s3: S3;
}

const CredentialsSchema = z.object({ environment: z.record(z.string(), z.string()) });

/**
 * The installation whose tables the environment names (`EVENTS_TABLE` and its like, with AWS's own variables), or else the one that
 * `npm start` runs on this machine.
 *
 * @param data the data folder of `npm start`, relative to where the person stands
 * @throws UsageError when there is neither
 */
export async function installation({ directory }: Invocation, data = '.local'): Promise<Installation> {
  if (!namesAnInstallation()) takeEnvironment(await localEnvironment(resolve(directory, data, 'credentials.json')));
  takeEnvironment({ POWERTOOLS_LOG_LEVEL: 'SILENT' });
  const config = readConfig();
  return { config, dynamoDb: dynamoDb(), s3: s3(config.s3) };
}

async function localEnvironment(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const credentials = CredentialsSchema.safeParse(JSON.parse(text));
  if (credentials.success) return credentials.data.environment;
  throw new UsageError(
    'Não há serviço nesta máquina. Inicie-o com "npm start", ou informe EVENTS_TABLE e as demais variáveis da instalação.',
  );
}
