import * as z from 'zod/mini';
import { TABLES, type TableKind, type TableNames } from './table-definitions.ts';

/**
 * The settings of one process, read once from the environment at its entry point. AWS endpoints (S3's apart) are not here: the SDK
 * reads `AWS_ENDPOINT_URL_DYNAMODB`, `_SQS` and `_SFN` by itself, so nothing of ours knows whether it talks to AWS.
 */
const positive = z.pipe(z.coerce.number(), z.int().check(z.gte(1)));
const defaulted = (value: number) => z._default(positive, value);
const tableName = (kind: TableKind) => z._default(z.string(), TABLES[kind].name);

const ConfigSchema = z.object({
  EVENTS_TABLE: tableName('events'),
  INVOICES_TABLE: tableName('invoices'),
  DOCUMENTS_TABLE: tableName('documents'),
  REQUESTS_TABLE: tableName('requests'),
  DPS_NUMBERS_TABLE: tableName('dpsNumbers'),
  COMPANIES_TABLE: tableName('companies'),
  LANES_TABLE: tableName('lanes'),
  PARAMETERS_TABLE: tableName('parameters'),
  PROJECTIONS_TABLE: tableName('projections'),
  SEALS_TABLE: tableName('seals'),
  CLIENTS_TABLE: tableName('clients'),
  /** Only companies that are registered may emit. Without it, a request that says everything itself is enough. */
  REGISTRATION_REQUIRED: z._default(z.stringbool(), false),
  /** How far one emission may move a company's counter of DPS numbers forward without a reason. */
  MAX_DPS_NUMBER_JUMP: defaulted(1000),
  /** What stands before the CNPJ in the name of a certificate's secret; the roles' permissions are by this prefix. */
  CERTIFICATE_SECRET_PREFIX: z._default(z.string(), 'nfse-ledger/certificates/'),
  /** What stands before CNPJ and municipality in the name of a city login's secret. */
  CITY_LOGIN_SECRET_PREFIX: z._default(z.string(), 'nfse-ledger/city-login/'),
  /** PEM file of the authorities that companies' certificates must come from; without it their origin is not asked. */
  CERTIFICATE_AUTHORITIES_FILE: z.optional(z.string()),
  /** How long the worker goes on with a certificate before it asks whether there is a newer one. */
  CERTIFICATE_FRESH_SECONDS: defaulted(300),
  DOCS_BUCKET: z._default(z.string(), 'nfse-docs'),
  /** Where the daily seals are, on AWS under Object Lock. */
  SEALS_BUCKET: z._default(z.string(), 'nfse-seals'),
  REQUESTS_QUEUE_URL: z.optional(z.url()),
  /** What the worker gives up goes there, with its cause. */
  DEAD_LETTER_QUEUE_URL: z.optional(z.url()),
  /** How long the dead letters that a survey or a replay looks at are hidden from others. */
  DEAD_LETTER_HOLD_SECONDS: defaulted(60),
  EMIT_WORKFLOW_ARN: z.optional(z.string()),
  AWS_REGION: z._default(z.string(), 'us-east-1'),
  /** Where S3 is, when it is not AWS. The other services' endpoints the SDK reads by itself. */
  AWS_ENDPOINT_URL_S3: z.optional(z.url()),
  /** Buckets in the path, not in the host name: local engines only. */
  S3_FORCE_PATH_STYLE: z._default(z.stringbool(), false),
  NATIONAL_API_URL: z.optional(z.url()),
  /** Where the national system answers for the municipalities' parameters, with its path. */
  NATIONAL_PARAMETERS_URL: z.optional(z.url()),
  /** 1 production, 2 restricted production (tests): `tpAmb` of every document. */
  NATIONAL_ENVIRONMENT: z._default(z.enum(['1', '2']), '2'),
  /** Whether the national system's layout is the revision of July 2026, in which a CNPJ may have letters. */
  NATIONAL_ALPHANUMERIC_CNPJ: z._default(z.stringbool(), true),
  /** What national documents are signed with: SHA-1 is what the national manual documents, SHA-256 is accepted too. */
  NATIONAL_SIGNATURE: z._default(z.enum(['rsa-sha1', 'rsa-sha256']), 'rsa-sha1'),
  /** PEM file of the authorities that the national API's own certificate may come from; Node's list without it. */
  NATIONAL_SERVER_CA_FILE: z.optional(z.string()),
  /** JSON file of municipality profiles that adds to those of the service: docs/add-a-municipality.md. */
  MUNICIPALITY_PROFILES_FILE: z.optional(z.string()),
  /** Whether the worker may call loopback addresses alone: a local stack has a stand-in for every authority. */
  LOOPBACK_AUTHORITIES_ONLY: z._default(z.stringbool(), false),
  PROVIDER_TIMEOUT_MS: defaulted(60_000),
  /** `maxReceiveCount` of the queue's redrive policy: at the last of them the worker sends the message to the DLQ itself. */
  WORKER_MAX_RECEIVES: defaulted(5),
  /** What one worker may ask of the national system, over all of its municipalities. */
  NATIONAL_CONCURRENCY: defaulted(16),
  NATIONAL_PER_SECOND: defaulted(50),
  /** Messages that one worker handles at once, over all lanes. */
  WORKER_CONCURRENCY: defaulted(48),
  /** How long a message stays hidden after the worker's last sign of life; it gives one three times as often. */
  WORKER_VISIBILITY_SECONDS: z._default(z.pipe(z.coerce.number(), z.int().check(z.gte(3), z.lte(43_200))), 60),
  /** How long a message may be handled. Nothing is sent that could still be on its way when it is over. */
  WORKER_DEADLINE_SECONDS: defaulted(240),
  /** How long a message may wait in hand for its lane. */
  WORKER_PATIENCE_SECONDS: defaulted(20),
  /** How long a company's next message waits for the one before. */
  WORKER_ORDER_MS: defaulted(2000),
  /** Calls that an authority leaves unanswered before its breaker opens, and how long that lasts the first time. */
  WORKER_BREAKER_FAILURES: defaulted(5),
  WORKER_BREAKER_PROBE_SECONDS: defaulted(10),
  /** How old a message may be and still tell the worker the state of a new invoice, which saves the read. */
  WORKER_TRUST_SECONDS: defaulted(60),
  /** Wait before the first retry of a deferred submission; doubles with each attempt, up to an hour. */
  RETRY_BASE_SECONDS: defaulted(30),
  /** How long an invoice may be deferred before it fails, for somebody to decide: a week. */
  GIVE_UP_AFTER_SECONDS: defaulted(604_800),
  /** How long an unfinished invoice may rest before the reconciler starts its workflow again. */
  RECONCILE_AFTER_SECONDS: defaulted(300),
  /** Workflows that a run of the reconciler starts at the most, and how many a second: a backlog must not become a stampede. */
  RECONCILE_MOST_STARTS: defaulted(2000),
  RECONCILE_STARTS_PER_SECOND: defaulted(50),
  PRESIGNED_URL_SECONDS: defaulted(300),
  /** A PostgreSQL for the reporting tables, by URL; on AWS they are in the Aurora cluster below. */
  DATABASE_URL: z.optional(z.string().check(z.regex(/^postgres(ql)?:\/\//))),
  REPORTING_CLUSTER_ARN: z.optional(z.string()),
  REPORTING_SECRET_ARN: z.optional(z.string()),
  REPORTING_DATABASE: z._default(z.string(), 'nfse'),
  /** The reporting tables' migrations, as drizzle-kit writes them. */
  MIGRATIONS_FOLDER: z.optional(z.string()),
  /** KMS key of the secrets that are made; Secrets Manager's own without it. */
  SECRETS_KEY_ID: z.optional(z.string()),
  /** How long a process goes on with the tables that it knows to be live before it asks again. */
  PROJECTION_POINTER_SECONDS: defaulted(5),
  /** How long after its end a day is sealed: by then no write of that day may be under way. */
  SEAL_MARGIN_MINUTES: defaulted(60),
});

/** A look-up of two calls, and the submission: from reading the stream until nothing of it can be on its way any more. */
const CALLS_UNTIL_SENT = 3;

type Environment = z.infer<typeof ConfigSchema>;

export interface Config {
  /** Where the reporting tables are; `undefined` in a process that has none. */
  readonly reporting:
    | { readonly url: string }
    | { readonly clusterArn: string; readonly secretArn: string; readonly database: string }
    | undefined;
  readonly tables: TableNames;
  readonly registrationRequired: boolean;
  readonly maxDpsNumberJump: number;
  readonly municipalityProfilesFile: string | undefined;
  readonly certificates: {
    readonly secretPrefix: string;
    readonly authoritiesFile: string | undefined;
    readonly freshSeconds: number;
  };
  readonly cityLoginSecretPrefix: string;
  readonly secretsKeyId: string | undefined;
  readonly migrationsFolder: string | undefined;
  readonly docsBucket: string;
  readonly sealsBucket: string;
  readonly requestsQueueUrl: string | undefined;
  readonly deadLetters: {
    readonly queueUrl: string | undefined;
    readonly holdSeconds: number;
  };
  readonly emitWorkflowArn: string | undefined;
  readonly s3: {
    readonly region: string;
    readonly endpoint: string | undefined;
    readonly forcePathStyle: boolean;
  };
  readonly national: {
    readonly url: string | undefined;
    readonly parametersUrl: string | undefined;
    readonly environment: '1' | '2';
    readonly timeoutMs: number;
    readonly serverCaFile: string | undefined;
    readonly alphanumericCnpj: boolean;
    readonly signatureHash: 'sha1' | 'sha256';
    readonly traffic: { readonly concurrency: number; readonly perSecond: number };
  };
  readonly loopbackAuthoritiesOnly: boolean;
  readonly worker: {
    readonly concurrency: number;
    readonly maxReceives: number;
    readonly visibilitySeconds: number;
    readonly deadlineSeconds: number;
    readonly patienceSeconds: number;
    readonly orderMs: number;
    readonly breaker: { readonly failures: number; readonly probeSeconds: number };
    readonly trustSeconds: number;
    readonly retryBaseSeconds: number;
    readonly giveUpAfterSeconds: number;
  };
  readonly reconcileAfterSeconds: number;
  readonly reconcile: { readonly mostStarts: number; readonly startsPerSecond: number };
  readonly presignedUrlSeconds: number;
  readonly projectionPointerSeconds: number;
  readonly sealMarginMinutes: number;
}

/** A setting is missing or malformed: the process must not start. Names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config';
}

/** @throws ConfigError naming each variable that is wrong */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = ConfigSchema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { WORKER_DEADLINE_SECONDS, PROVIDER_TIMEOUT_MS } = parsed.data;
  if (WORKER_DEADLINE_SECONDS * 1000 < CALLS_UNTIL_SENT * PROVIDER_TIMEOUT_MS) {
    throw new ConfigError(
      `WORKER_DEADLINE_SECONDS must be at least ${CALLS_UNTIL_SENT} times PROVIDER_TIMEOUT_MS: nothing is sent that could outlast it, and a submission comes after a look-up`,
    );
  }
  return shape(parsed.data);
}

function shape(env: Environment): Config {
  return {
    reporting: reportingOf(env),
    tables: {
      events: env.EVENTS_TABLE,
      invoices: env.INVOICES_TABLE,
      documents: env.DOCUMENTS_TABLE,
      requests: env.REQUESTS_TABLE,
      dpsNumbers: env.DPS_NUMBERS_TABLE,
      companies: env.COMPANIES_TABLE,
      lanes: env.LANES_TABLE,
      parameters: env.PARAMETERS_TABLE,
      projections: env.PROJECTIONS_TABLE,
      seals: env.SEALS_TABLE,
      clients: env.CLIENTS_TABLE,
    },
    registrationRequired: env.REGISTRATION_REQUIRED,
    maxDpsNumberJump: env.MAX_DPS_NUMBER_JUMP,
    municipalityProfilesFile: env.MUNICIPALITY_PROFILES_FILE,
    certificates: {
      secretPrefix: env.CERTIFICATE_SECRET_PREFIX,
      authoritiesFile: env.CERTIFICATE_AUTHORITIES_FILE,
      freshSeconds: env.CERTIFICATE_FRESH_SECONDS,
    },
    cityLoginSecretPrefix: env.CITY_LOGIN_SECRET_PREFIX,
    secretsKeyId: env.SECRETS_KEY_ID,
    migrationsFolder: env.MIGRATIONS_FOLDER,
    docsBucket: env.DOCS_BUCKET,
    sealsBucket: env.SEALS_BUCKET,
    requestsQueueUrl: env.REQUESTS_QUEUE_URL,
    deadLetters: { queueUrl: env.DEAD_LETTER_QUEUE_URL, holdSeconds: env.DEAD_LETTER_HOLD_SECONDS },
    emitWorkflowArn: env.EMIT_WORKFLOW_ARN,
    s3: { region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL_S3, forcePathStyle: env.S3_FORCE_PATH_STYLE },
    national: {
      url: env.NATIONAL_API_URL,
      parametersUrl: env.NATIONAL_PARAMETERS_URL,
      environment: env.NATIONAL_ENVIRONMENT,
      timeoutMs: env.PROVIDER_TIMEOUT_MS,
      serverCaFile: env.NATIONAL_SERVER_CA_FILE,
      alphanumericCnpj: env.NATIONAL_ALPHANUMERIC_CNPJ,
      signatureHash: env.NATIONAL_SIGNATURE === 'rsa-sha1' ? 'sha1' : 'sha256',
      traffic: { concurrency: env.NATIONAL_CONCURRENCY, perSecond: env.NATIONAL_PER_SECOND },
    },
    loopbackAuthoritiesOnly: env.LOOPBACK_AUTHORITIES_ONLY,
    worker: {
      concurrency: env.WORKER_CONCURRENCY,
      maxReceives: env.WORKER_MAX_RECEIVES,
      visibilitySeconds: env.WORKER_VISIBILITY_SECONDS,
      deadlineSeconds: env.WORKER_DEADLINE_SECONDS,
      patienceSeconds: env.WORKER_PATIENCE_SECONDS,
      orderMs: env.WORKER_ORDER_MS,
      breaker: { failures: env.WORKER_BREAKER_FAILURES, probeSeconds: env.WORKER_BREAKER_PROBE_SECONDS },
      trustSeconds: env.WORKER_TRUST_SECONDS,
      retryBaseSeconds: env.RETRY_BASE_SECONDS,
      giveUpAfterSeconds: env.GIVE_UP_AFTER_SECONDS,
    },
    reconcileAfterSeconds: env.RECONCILE_AFTER_SECONDS,
    reconcile: { mostStarts: env.RECONCILE_MOST_STARTS, startsPerSecond: env.RECONCILE_STARTS_PER_SECOND },
    presignedUrlSeconds: env.PRESIGNED_URL_SECONDS,
    projectionPointerSeconds: env.PROJECTION_POINTER_SECONDS,
    sealMarginMinutes: env.SEAL_MARGIN_MINUTES,
  };
}

function reportingOf(env: Environment): Config['reporting'] {
  if (env.DATABASE_URL) return { url: env.DATABASE_URL };
  const { REPORTING_CLUSTER_ARN: clusterArn, REPORTING_SECRET_ARN: secretArn, REPORTING_DATABASE: database } = env;
  return clusterArn && secretArn ? { clusterArn, secretArn, database } : undefined;
}

/** For a setting that only some processes need: the one that lacks it says so by name when it starts. */
export function required(name: string, value: string | undefined): string {
  if (!value) throw new ConfigError(`${name} is not set`);
  return value;
}

const LedgerApiSchema = z.object({
  NFSE_API_URL: z.optional(z.url({ protocol: /^https?$/ })),
  NFSE_TOKEN: z.optional(z.string()),
  NFSE_API_KEY: z.optional(z.string()),
});

/**
 * The API that the command line speaks to, and by which right.
 *
 * @returns `undefined` when no address is set
 * @throws ConfigError for an address that is none, or one without token and key
 */
export function ledgerApiSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
): { url: string; token: string; apiKey: string } | undefined {
  const { success, data } = LedgerApiSchema.safeParse(env);
  if (!success) throw new ConfigError('NFSE_API_URL: not an http or https address');
  if (!data.NFSE_API_URL) return undefined;
  return {
    url: withoutTrailingSlashes(data.NFSE_API_URL),
    token: required('NFSE_TOKEN', data.NFSE_TOKEN),
    apiKey: required('NFSE_API_KEY', data.NFSE_API_KEY),
  };
}

function withoutTrailingSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end--;
  return url.slice(0, end);
}

/**
 * Where the person stood who started the command line. npm runs scripts in the package's folder and keeps the caller's in
 * `INIT_CWD`.
 */
export function invocationDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.INIT_CWD ?? process.cwd();
}

/** Where the worker's traces are sent, by OpenTelemetry's protocol over HTTP; set by its task. */
export function traceCollectorUrl(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined;
}

/** The installation's environment (`dev`, `staging`, `prod`), by which metrics in one account are told apart. */
export function environmentName(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.ENVIRONMENT || 'local';
}

/** Web pages that may read the API's answers from a browser: origins separated by commas. */
export function allowedOrigins(env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] {
  return (env.CORS_ORIGINS ?? '').split(',').filter(Boolean);
}

/** Whether this process was told the names of an installation's tables, rather than left with those of a machine's own. */
export function namesAnInstallation(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env.EVENTS_TABLE !== undefined;
}

/** Makes these variables the process's own. To be called before anything reads them, AWS clients among it. */
export function takeEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}

/** Where ECS's agent answers the containers of its task; `undefined` outside ECS. */
export function ecsAgentUri(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return env.ECS_AGENT_URI;
}
