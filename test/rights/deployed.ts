import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { inject } from 'vitest';
import { bundleFunctions } from '../../bundling/function-bundles.ts';
import type { FunctionName } from '../../cdk/functions.ts';
import { tokenCheck } from '../../local/api-gateway/access.ts';
import { startApiGateway } from '../../local/api-gateway/server.ts';
import { publicKeysFile } from '../../local/engines/openid/installation.ts';
import { migrationsFolder } from '../../local/engines/postgres.ts';
import type { Handler } from '../../local/lambda.ts';
import { inProject } from '../../local/project.ts';
import { startStreamPump } from '../../local/stream-pump.ts';
import { routes } from '../../src/handlers/routes.ts';
import { WORKER_NODE_OPTIONS } from '../../src/worker/node-options.ts';
import { type Api, apiAs, credentials } from '../stack/api.ts';
import { ended } from '../stack/own-worker.ts';
import { lambdaProcesses } from './lambda-processes.ts';
import { type LocalAccount, localAccount } from './local-account.ts';

export interface Deployed {
  readonly account: LocalAccount;
  /** The API as an administrator has it. */
  readonly api: Api;
  invoke(name: FunctionName, event: object): Promise<unknown>;
  /** Calls what a deployment calls. @param migrations the folder beside the function's code */
  deploy(migrations?: string): Promise<unknown>;
  /** Hands the stream of EventsTable to both projectors from now on. */
  followStream(): void;
  startWorker(): void;
  /** Ends the worker as ECS does. */
  endWorker(): Promise<unknown>;
  stop(): Promise<void>;
}

const PROJECTORS = ['projector', 'reporting-projector'] as const;

/**
 * Everything that is deployed, each part under the role it has: the bundles of the functions, a process each, behind the API and the
 * stream, and the worker.
 *
 * @param folder for the bundles and what else there is to keep
 */
export async function deployed(folder: string): Promise<Deployed> {
  const stack = credentials();
  const [account] = await Promise.all([localAccount(), bundleFunctions(folder)]);
  let folders = { MIGRATIONS_FOLDER: migrationsFolder };
  const lambda = lambdaProcesses(folder, (name) => ({
    ...account.environmentFor(name),
    ...(name === 'migrate' ? folders : {}),
  }));
  const ending: (() => Promise<unknown>)[] = [];
  let worker: ChildProcess | undefined;

  const handlerOf =
    (name: string): Handler =>
    (event, context) =>
      lambda.invoke(name as FunctionName, event, context);
  const keys = publicKeysFile(path.join(path.dirname(inject('credentials')), 'openid'));
  const gateway = await startApiGateway({
    port: 0,
    routes,
    handlers: Object.fromEntries(routes.map(({ handler }) => [handler, handlerOf(handler)])),
    clients: [{ name: 'default', key: stack.apiKey }],
    checkToken: tokenCheck(stack.issuer, JSON.parse(readFileSync(keys, 'utf8'))),
    onFailure: (error) => console.error(error),
  });
  ending.push(() => gateway.stop());

  return {
    account,
    api: await apiAs('admin', { ...stack, apiUrl: gateway.url }),
    invoke: lambda.invoke,
    deploy(migrations = migrationsFolder) {
      folders = { MIGRATIONS_FOLDER: migrations };
      return lambda.invoke('migrate', {});
    },
    followStream() {
      const streams = new DynamoDBStreamsClient({
        endpoint: stack.endpoints.dynamodb,
        region: 'sa-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      for (const name of PROJECTORS) {
        const pump = startStreamPump({
          dynamoDb: account.ledger.client,
          streams,
          table: account.tables.events,
          checkpointFile: path.join(folder, `${name}.json`),
          deliver: (Records: readonly DynamoDBRecord[]) => lambda.invoke(name, { Records }),
          onTrouble: (error) => console.error(error),
        });
        ending.unshift(() => pump.stop());
      }
    },
    startWorker() {
      worker = spawn(process.execPath, [...WORKER_NODE_OPTIONS, inProject('src/worker/main.ts')], {
        env: account.environmentFor('worker'),
        stdio: 'ignore',
      });
    },
    async endWorker() {
      worker?.kill('SIGTERM');
      return worker && ended(worker);
    },
    async stop() {
      worker?.kill('SIGKILL');
      for (const end of ending) await end();
      lambda.stop();
      await account.stop();
    },
  };
}
