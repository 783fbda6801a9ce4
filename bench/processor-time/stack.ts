import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { bundle } from '../../bundling/bundle.ts';
import { assembleWorkerImage } from '../../cdk/worker-image.ts';
import { openApiKey } from '../../local/api-key.ts';
import { end } from '../../local/child.ts';
import { localDynamoDb, startDynamoDb } from '../../local/engines/dynamodb.ts';
import { exampleCompanies } from '../../local/engines/openid/identities.ts';
import { publicKeysFile } from '../../local/engines/openid/installation.ts';
import { startOpenId } from '../../local/engines/openid.ts';
import { localPostgresUrl, migrateReporting, startPostgres } from '../../local/engines/postgres.ts';
import { createTables } from '../../local/engines/tables.ts';
import { childEnvironment, environmentFor } from '../../local/environment.ts';
import { storeExampleCertificates } from '../../local/example-certificates.ts';
import { close, listen } from '../../local/http-server.ts';
import { findJava } from '../../local/java.ts';
import { openPki } from '../../local/pki/installation.ts';
import { portNear } from '../../local/ports.ts';
import { inProject } from '../../local/project.ts';
import type { Teardown } from '../../local/teardown.ts';
import { buildDps } from '../../src/nfse/national/dps-document.ts';
import { WORKER_NODE_OPTIONS } from '../../src/worker/node-options.ts';
import { companyCnpj, emission } from '../../test/invoices.ts';
import { type ApiClient, apiClient } from '../api-client.ts';
import { progress } from '../progress.ts';
import type { Authority } from './authority.ts';
import { type BenchProcess, startProcess, startSilent } from './bench-process.ts';
import type { Engines } from './engines.ts';
import type { FromGateway, FunctionName, GatewayOptions } from './gateway.ts';
import { NUMBER_IN_DECLARATION, type StraightforwardFiles } from './straightforward-files.ts';

/** Processes by what they do; processor time is read of each. */
export type Role =
  | FunctionName
  | 'worker'
  | 'straightforward-worker'
  | 'gateway'
  | 'dynamodb'
  | 'engines'
  | 'postgres'
  | 'authority';

export interface RoleStack {
  readonly api: ApiClient;
  readonly pids: Readonly<Record<Role, number>>;
  /** Commits that each projection has taken in, and notes that the straightforward worker has issued, since the start. */
  readonly done: Readonly<{ invoices: number; reporting: number; straightforward: number }>;
  /** Lets the projectors read the stream of EventsTable, or not. */
  stream(streaming: boolean): Promise<void>;
  /** Notes that the authority has made. */
  notes(): Promise<number>;
}

export interface RoleStackOptions {
  readonly folder: string;
  readonly running: Teardown;
  /** Where profiles go. With it the functions and workers run from their sources, so that a profile names files. */
  readonly profileFolder?: string | undefined;
  readonly sampled: number;
}

const STOP_MS = 10_000;
const SERIES = '2';
const TABLE = 'StraightforwardTable';

/** Starts the service and its straightforward counterpart on the same engines, each part in a process of its own. */
export async function startRoleStack(options: RoleStackOptions): Promise<RoleStack> {
  const { folder, running, profileFolder, sampled } = options;
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder, { recursive: true });
  const keep = (child: ChildProcess): ChildProcess => {
    running.add(
      () => end(child, STOP_MS),
      () => child.kill('SIGKILL'),
    );
    return child;
  };
  const start = async (own: Pick<BenchProcess, 'name' | 'script' | 'args' | 'env'> & Partial<BenchProcess>) => {
    const { child, message } = await startProcess({ logFolder, ...own });
    return { child: keep(child), message };
  };
  const part = (name: 'authority' | 'engines' | 'gateway', argument: string, env: BenchProcess['env']) =>
    start({ name, script: `bench/processor-time/${name}.ts`, args: [argument], env });

  progress('bundling');
  const modules = await modulesOf(profileFolder === undefined ? folder : undefined);
  progress('starting the engines');
  const plainEnv = childEnvironment({}, process.env);
  const dynamodb = await startDynamoDb({ java: await findJava(progress), port: await portNear(undefined) });
  running.add(dynamodb.stop, () => dynamodb.process.kill('SIGKILL'));
  const client = localDynamoDb(dynamodb.endpoint);
  await createTables(client);
  await client.send(new CreateTableCommand(straightforwardTable));
  client.destroy();
  const postgresPort = await portNear(undefined);
  const postgres = keep(
    await startPostgres({ port: postgresPort, env: plainEnv, logFile: join(logFolder, 'postgres.log') }),
  );
  await migrateReporting(localPostgresUrl(postgresPort));
  const openId = await startOpenId({ port: await portNear(undefined), dataDir: join(folder, 'openid') });
  running.add(() => openId.stop());
  const pki = await openPki(join(folder, 'certificates'), exampleCompanies, new Date());
  const authority = await part('authority', join(folder, 'certificates'), plainEnv);
  const engines = await part('engines', join(folder, 'secrets'), plainEnv);
  const { url: nationalApi, controlUrl } = authority.message as Authority;
  const { endpoint, secrets, product, straightforward } = engines.message as Engines;
  await storeExampleCertificates(secrets, pki);

  const daemon = createSocket('udp4').bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  running.add(async () => void daemon.close());
  const collector = await listen((request, response) => void request.resume().on('end', () => response.end('{}')), 0);
  running.add(() => close(collector.server));
  const profilesFile = join(folder, 'municipality-profiles.json');
  await writeFile(profilesFile, '{"municipalities":[]}');
  const environment = environmentFor(
    {
      endpoints: {
        dynamodb: dynamodb.endpoint,
        sqs: endpoint,
        s3: endpoint,
        sfn: product.sfn,
        secrets,
        nationalApi,
        nationalControl: controlUrl,
        nationalParameters: nationalApi,
        cityHall: nationalApi,
        postgres: localPostgresUrl(postgresPort),
      },
      ...product,
      standIns: { authorityFile: pki.authorityFile, profilesFile },
    },
    {
      ...AS_DEPLOYED,
      LOCAL_XRAY_DAEMON: `127.0.0.1:${daemon.address().port}`,
      LOCAL_TRACE_COLLECTOR: collector.url,
    },
  );
  const env = childEnvironment({ ...environment, NODE_ENV: 'production' }, process.env);

  progress('starting functions and workers');
  const company = pki.companies[companyCnpj];
  if (!company) throw new Error(`${companyCnpj} has no certificate`);
  const filesFile = join(folder, 'straightforward.json');
  const files: StraightforwardFiles = { ...company, authority: pki.authority, declaration: declaration() };
  await writeFile(filesFile, JSON.stringify(files), { mode: 0o600 });
  const straightforwardEnv = { STRAIGHTFORWARD_TABLE: TABLE, STRAIGHTFORWARD_QUEUE_URL: straightforward.queueUrl };
  const functionOf = (name: FunctionName, own: Record<string, string> = {}) => ({ module: modules[name], env: own });
  const [port, apiKey] = [await portNear(undefined), await openApiKey(folder)];
  const gatewayOptions: GatewayOptions = {
    port,
    issuer: openId.issuer,
    keysFile: publicKeysFile(join(folder, 'openid')),
    apiKey,
    dataDir: folder,
    logFolder,
    profileFolder,
    sampled,
    functions: {
      emit: functionOf('emit'),
      projector: functionOf('projector'),
      'reporting-projector': functionOf('reporting-projector'),
      'straightforward-function': functionOf('straightforward-function', {
        ...straightforwardEnv,
        AWS_ENDPOINT_URL_SFN: straightforward.sfn,
      }),
    },
  };
  const gateway = await part('gateway', JSON.stringify(gatewayOptions), env);
  const { url, pids } = gateway.message as Extract<FromGateway, { url: string }>;
  const common = { logFolder, profileFolder, nodeOptions: WORKER_NODE_OPTIONS };
  const worker = keep(await startSilent({ ...common, name: 'worker', script: modules.worker, env }));
  const { child: straightforwardWorker } = await start({
    ...common,
    name: 'straightforward-worker',
    script: modules['straightforward-worker'],
    args: [filesFile],
    env: { ...env, ...straightforwardEnv },
  });

  const done = { invoices: 0, reporting: 0, straightforward: 0 };
  let streamed: (() => void) | undefined;
  gateway.child.on('message', (message: FromGateway) => {
    if ('projected' in message) done[message.projected] += message.records;
    if ('streaming' in message) streamed?.();
  });
  straightforwardWorker.on('message', ({ issued = 0 }: { issued?: number }) => {
    done.straightforward += issued;
  });
  const api = await apiClient({ apiUrl: url, apiKey, tokenUrl: openId.tokenUrl, clients: openId.clients });
  running.add(async () => api.close());
  return {
    api,
    done,
    pids: {
      ...pids,
      worker: worker.pid ?? 0,
      'straightforward-worker': straightforwardWorker.pid ?? 0,
      gateway: gateway.child.pid ?? 0,
      dynamodb: dynamodb.process.pid ?? 0,
      engines: engines.child.pid ?? 0,
      postgres: postgres.pid ?? 0,
      authority: authority.child.pid ?? 0,
    },
    stream(streaming) {
      gateway.child.send({ streaming });
      return new Promise((resolve) => {
        streamed = resolve;
      });
    },
    async notes() {
      const answer = await fetch(`${controlUrl}/control/notes`);
      return ((await answer.json()) as readonly unknown[]).length;
    },
  };
}

/**
 * Settings that a local stack has shorter, so that whoever tries something sees it take effect: that costs processor time, and on a busy
 * machine an invoice would be deferred.
 */
const AS_DEPLOYED = {
  CERTIFICATE_FRESH_SECONDS: '300',
  PROJECTION_POINTER_SECONDS: '5',
  PROVIDER_TIMEOUT_MS: '60000',
  WORKER_DEADLINE_SECONDS: '240',
  WORKER_ORDER_MS: '2000',
  WORKER_PATIENCE_SECONDS: '20',
  WORKER_TRUST_SECONDS: '60',
  WORKER_VISIBILITY_SECONDS: '60',
};

const straightforwardTable: CreateTableCommandInput = {
  TableName: TABLE,
  KeySchema: [
    { AttributeName: 'invoiceId', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'invoiceId', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

/** The realistic invoice as a declaration in which the number is to be replaced. */
function declaration(): string {
  const dps = { series: SERIES, number: Number(NUMBER_IN_DECLARATION) };
  const issuedAt = '2026-11-10T09:30:00-03:00';
  return buildDps({ ...emission, dps, issuedAt, environment: '2', softwareVersion: 'straightforward' });
}

type Module = FunctionName | 'worker' | 'straightforward-worker';

/** @param folder where bundles are put, as they are deployed; without it the modules are the sources */
async function modulesOf(folder: string | undefined): Promise<Readonly<Record<Module, string>>> {
  const handlers = ['emit', 'projector', 'reporting-projector'] as const;
  const straightforward = ['straightforward-function', 'straightforward-worker'] as const;
  const sources = [
    ...handlers.map((name) => [name, inProject(`src/handlers/${name}.ts`)] as const),
    ...straightforward.map((name) => [name, inProject(`bench/processor-time/${name}.ts`)] as const),
    ['worker', inProject('src/worker/main.ts')] as const,
  ];
  if (folder === undefined) return Object.fromEntries(sources) as Record<Module, string>;
  const bundles = join(folder, 'bundles');
  const files = new Map(sources);
  // One call a folder: the bundles of files in several would be put in folders of their own.
  for (const names of [handlers, straightforward])
    await bundle(
      names.map((name) => files.get(name) ?? ''),
      bundles,
    );
  const image = join(folder, 'worker-image');
  await assembleWorkerImage(image);
  const inBundles = [...handlers, ...straightforward].map((name) => [name, join(bundles, `${name}.mjs`)]);
  return { ...Object.fromEntries(inBundles), worker: join(image, 'worker.mjs') } as Record<Module, string>;
}
