import { rename } from 'node:fs/promises';
import { bundleFunctions } from '../bundling/function-bundles.ts';
import { builtInProfiles } from '../src/nfse/municipality-profiles/built-in.ts';
import { WORKER_NODE_OPTIONS } from '../src/worker/node-options.ts';
import { openApiKey } from './api-key.ts';
import { strictChecks } from './authorities/abrasf/strict-checks.ts';
import { startAbrasfCityHall } from './authorities/abrasf-city-hall.ts';
import { strictNationalChecks } from './authorities/national/strict-checks.ts';
import { type NationalApi, startNationalApi } from './authorities/national-api.ts';
import { type ParametersApi, startParametersApi } from './authorities/parameters-api.ts';
import { startChild, upOrFailed } from './child.ts';
import { type Credentials, credentialsOf, writeCredentials } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { replaceFile } from './durable-file.ts';
import { localDynamoDb, startDynamoDb } from './engines/dynamodb.ts';
import { exampleCompanies } from './engines/openid/identities.ts';
import { startOpenId } from './engines/openid.ts';
import { localPostgresUrl, migrateReporting, startPostgres } from './engines/postgres.ts';
import { startQueueAndStorage } from './engines/queue-and-storage.ts';
import { startSecrets } from './engines/secrets.ts';
import { startStepFunctions } from './engines/step-functions.ts';
import { createTables } from './engines/tables.ts';
import { childEnvironment, type Endpoints, environmentFor } from './environment.ts';
import { storeExampleCertificates } from './example-certificates.ts';
import { findJava } from './java.ts';
import { type KeptAlive, keepAlive } from './kept-alive.ts';
import { lastLines, logSize } from './log-tail.ts';
import { isStandInCity, localProfiles } from './municipality-profiles.ts';
import { openPki, type Pki } from './pki/installation.ts';
import { type ProcessTable, processTable } from './processes.ts';
import { shortPath } from './project.ts';
import { sentenceOf } from './stack-error.ts';
import { choosePorts, type StackPorts } from './stack-ports.ts';
import type { Teardown } from './teardown.ts';

const LARGE_LOG_BYTES = 20 * 1024 * 1024;
/** The worker ends what it has in flight; a provider call is the longest part of that. */
const GRACE_MS = { worker: 20_000, functions: 10_000, dynamodb: 5_000, postgres: 5_000 };

export interface StackOptions {
  readonly data: DataDirectory;
  /** Of the API; 0 takes any. */
  readonly port: number;
  /** The engines keep nothing on the disk, whose pace would otherwise be measured along with ours. */
  readonly inMemory: boolean;
  /** Somebody else runs the worker: a debugger, or a test that ends it time and again. */
  readonly withoutWorker: boolean;
  /** The functions run as they are deployed, bundled, and not from their sources. */
  readonly bundles: boolean;
  /** The worker calls the authorities' own test systems, and not the stand-ins. */
  readonly realAuthorities: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is started is added here as it starts, so that it can be ended even when a later part fails. */
  readonly running: Teardown;
  /** Told of progress. */
  readonly say: (line: string) => void;
  /** Told of what went wrong and is being repaired. */
  readonly warn: (line: string) => void;
}

/** Starts everything: the engines side by side, then our processes on them. */
export async function startStack(options: StackOptions): Promise<Credentials> {
  const { data, say, running, env } = options;
  const [java, ports] = await Promise.all([findJava(say), choosePorts(data.file('ports.json'), options.port)]);
  const processes = processTable(data.file('processes.json'));
  await processes.set('supervisor', process.pid);
  running.add(() => processes.set('supervisor', undefined));

  // Reports are behind the rest anyway: whatever else there is to start need not wait for PostgreSQL.
  const reporting = postgreSql(options, processes, ports.postgres);
  reporting.catch(() => undefined);
  const [dynamodb, queues, openId, { national, parameters, secrets, pki }, cityHall, apiKey] = await allOrNothing([
    dynamoDb(options, processes, java, ports.dynamoDb),
    queueAndWorkflow(options, ports),
    startOpenId({ port: ports.openId, dataDir: data.file('openid') }).then((server) => {
      running.add(() => server.stop());
      say(`OpenID server at ${server.issuer}`);
      return server;
    }),
    authorityAndSecrets(options, ports),
    cityHalls(options, ports.cityHall),
    openApiKey(data.path),
  ]);
  const endpoints: Endpoints = {
    dynamodb,
    sqs: queues.endpoint,
    s3: queues.endpoint,
    sfn: queues.sfn,
    secrets,
    nationalApi: national.url,
    nationalControl: national.controlUrl,
    nationalParameters: parameters.url,
    cityHall: cityHall.url,
    postgres: env.DATABASE_URL || localPostgresUrl(ports.postgres),
  };
  const { authorityFile, files: certificates } = pki;
  const profilesFile = data.file('municipality-profiles.json');
  if (!options.realAuthorities) {
    const profiles = localProfiles({ cityHall: cityHall.url, nationalApi: national.url });
    await replaceFile(profilesFile, JSON.stringify(profiles, null, 2));
  } else say("the worker calls the authorities' own test systems, and not the stand-ins");
  const environment = environmentFor(
    {
      endpoints,
      queueUrl: queues.queueUrl,
      deadLetterQueueUrl: queues.deadLetterQueueUrl,
      standIns: options.realAuthorities ? undefined : { authorityFile, profilesFile },
    },
    env,
  );
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const credentials = credentialsOf({ apiUrl, apiKey, openId, endpoints, queues, certificates, environment });
  await writeCredentials(data.path, credentials);

  const childEnv = childEnvironment(environment, env);
  const { ready } = await functions(options, processes, childEnv, ports, openId.issuer);
  const { ready: workerReady } = options.withoutWorker ? NO_PROCESS : await worker(options, processes, childEnv);
  await Promise.all([ready(), workerReady()]);
  await reporting;
  return credentials;
}

/** Where an engine keeps its state, if it keeps any. */
function kept({ data, inMemory }: StackOptions, name: string): { dataDir?: string } {
  return inMemory ? {} : { dataDir: data.file(name) };
}

async function dynamoDb(options: StackOptions, processes: ProcessTable, java: string, port: number): Promise<string> {
  const logFile = await logOf(options, 'dynamodb');
  const start = () => startDynamoDb({ java, port, logFile, ...kept(options, 'dynamodb') });
  const first = await start();
  await keep(options, processes, 'dynamodb', first.process, async () => (await start()).process);
  const client = localDynamoDb(first.endpoint);
  await createTables(client);
  client.destroy();
  options.say(`DynamoDB with its tables at ${first.endpoint}`);
  return first.endpoint;
}

/** PostgreSQL with the reporting tables: PGlite, or the one that the caller names. */
async function postgreSql(options: StackOptions, processes: ProcessTable, port: number): Promise<void> {
  const { env, say } = options;
  if (env.DATABASE_URL) {
    await migrateReporting(env.DATABASE_URL);
    say('reporting tables in the PostgreSQL of DATABASE_URL');
    return;
  }
  const url = localPostgresUrl(port);
  const logFile = await logOf(options, 'postgres');
  const start = () => startPostgres({ port, ...kept(options, 'postgres'), env: childEnvironment({}, env), logFile });
  await keep(options, processes, 'postgres', await start(), start);
  await migrateReporting(url);
  say(`PostgreSQL with the reporting tables: psql ${url}`);
}

/** The stand-in authority, which asks for certificates; those of the example companies; and the store that the worker has them from. */
async function authorityAndSecrets(
  options: StackOptions,
  ports: StackPorts,
): Promise<{ national: NationalApi; parameters: ParametersApi; secrets: string; pki: Pki }> {
  const { data, running, say } = options;
  const pki = await openPki(data.file('certificates'), exampleCompanies, new Date());
  const secrets = await startSecrets({ port: ports.secrets, dataDir: data.file('secrets') });
  running.add(() => secrets.stop());
  await storeExampleCertificates(secrets.endpoint, pki);
  say(
    `secrets at ${secrets.endpoint}, certificates of the example companies in ${shortPath(data.file('certificates'))}`,
  );
  const { server: identity, authority, national: signatory } = pki;
  const national = await startNationalApi({
    port: ports.nationalApi,
    ...kept(options, 'national-api'),
    tls: { identity, authority, controlPort: ports.nationalControl },
    checks: strictNationalChecks(authority),
    signatory,
  });
  running.add(() => national.stop());
  const parameters = await startParametersApi({
    port: ports.nationalParameters,
    tls: { identity, authority },
    hasOwnSystem: (code) => isStandInCity(code) || builtInProfiles(code).provider === 'abrasf',
  });
  running.add(() => parameters.stop());
  say(`stand-in national API at ${national.url}, and its API of municipal parameters at ${parameters.url}`);
  return { national, parameters, secrets: secrets.endpoint, pki };
}

async function cityHalls(options: StackOptions, port: number): Promise<{ url: string }> {
  const { running, say } = options;
  const server = await startAbrasfCityHall({ port, checks: strictChecks, ...kept(options, 'abrasf-city-hall') });
  running.add(() => server.stop());
  say(`stand-in ABRASF city halls at ${server.url}`);
  return server;
}

async function queueAndWorkflow(options: StackOptions, ports: StackPorts) {
  const { running, say } = options;
  const queues = await startQueueAndStorage({ port: ports.queueAndStorage, ...kept(options, 'queue-and-storage') });
  running.add(() => queues.stop());
  const workflow = await startStepFunctions({
    port: ports.stepFunctions,
    sqsEndpoint: queues.endpoint,
    queueUrl: queues.queueUrl,
  });
  running.add(() => workflow.stop());
  say(`queue and storage at ${queues.endpoint}, workflow at ${workflow.endpoint}`);
  return { ...queues, sfn: workflow.endpoint };
}

type Environment = Readonly<Record<string, string | undefined>>;

async function functions(
  options: StackOptions,
  processes: ProcessTable,
  env: Environment,
  ports: StackPorts,
  issuer: string,
) {
  const args = ['--data', options.data.path, '--port', String(ports.api), '--issuer', issuer];
  if (options.bundles) args.push('--bundles', await bundled(options));
  const logFile = await logOf(options, 'functions');
  const since = await logSize(logFile);
  const start = () => startChild({ script: 'local/functions.ts', args, env, logFile });
  const first = await start();
  const isUp = upOrFailed('The process of the functions', first, { logFile, since });
  await keep(options, processes, 'functions', first, start);
  return {
    async ready() {
      await isUp();
      options.say(`functions ready, their log is ${shortPath(logFile)}`);
    },
  };
}

/** Stands for a process that the stack does not run. */
const NO_PROCESS = { ready: async () => {} };

async function bundled({ data, say }: StackOptions): Promise<string> {
  const folder = data.file('bundles');
  const sizes = await bundleFunctions(folder);
  say(`${sizes.size} functions bundled in ${shortPath(folder)}`);
  return folder;
}

async function worker(options: StackOptions, processes: ProcessTable, env: Environment) {
  const logFile = await logOf(options, 'worker');
  const since = await logSize(logFile);
  const start = () =>
    startChild({ script: 'local/worker.ts', args: [], nodeOptions: WORKER_NODE_OPTIONS, env, logFile });
  const first = await start();
  const isUp = upOrFailed('The worker', first, { logFile, since });
  await keep(options, processes, 'worker', first, start);
  return {
    async ready() {
      await isUp();
      options.say(`worker started, its log is ${shortPath(logFile)}`);
    },
  };
}

type KeptName = keyof typeof GRACE_MS;
type Start = Parameters<typeof keepAlive>[0]['start'];

/** Keeps one of the processes running, and its id on file. */
async function keep(
  options: StackOptions,
  processes: ProcessTable,
  name: KeptName,
  first: Awaited<ReturnType<Start>>,
  start: Start,
) {
  const kept: KeptAlive = keepAlive({
    first,
    start,
    onStart: ({ pid }) => {
      options.warn(`${name} is running again`);
      processes.set(name, pid).catch((error: unknown) => options.warn(sentenceOf(error)));
    },
    onEnd: (how, delayMs) => {
      const when = delayMs === 0 ? 'at once' : `in ${delayMs / 1_000} s`;
      const log = options.data.file(`logs/${name}.log`);
      const said = `${name} ended (${how}), starting it again ${when}; its log is ${shortPath(log)}`;
      // A process that was killed had no part in its end: its last lines say nothing of it.
      const lines = how.startsWith('SIG') ? Promise.resolve('') : lastLines(log).catch(() => '');
      void lines.then((text) => options.warn(text === '' ? said : `${said}:\n${text}`));
    },
  });
  options.running.add(async () => {
    await kept.stop(GRACE_MS[name]);
    await processes.set(name, undefined);
  }, kept.kill);
  await processes.set(name, first.pid);
}

/** The log of a process of ours; a large one is put aside first. */
async function logOf({ data }: StackOptions, name: string): Promise<string> {
  const file = data.file(`logs/${name}.log`);
  if ((await logSize(file)) > LARGE_LOG_BYTES) await rename(file, `${file}.1`);
  return file;
}

/** Like `Promise.all`, but when one fails it waits for the others, so that nothing comes up after the teardown. */
async function allOrNothing<T extends readonly unknown[]>(
  parts: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(parts);
  return Promise.all(parts) as unknown as Promise<T>;
}
