import { TABLES } from '../src/platform/table-definitions.ts';
import { bucket, sealsBucket } from './engines/queue-and-storage.ts';
import { emitWorkflowArn } from './engines/step-functions.ts';

/** Where the parts of a running stack answer. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  readonly sfn: string;
  readonly secrets: string;
  readonly nationalApi: string;
  /** The stand-in of the API of municipal parameters. */
  readonly nationalParameters: string;
  /** Where the stand-in tells what it holds, without asking for a certificate. */
  readonly nationalControl: string;
  /** The stand-in city halls that speak ABRASF; what they hold is told below `/control`. */
  readonly cityHall: string;
  /** URL of the PostgreSQL that has the reporting tables. */
  readonly postgres: string;
}

/** Where the national system is tried out. Its notes are no fiscal documents. */
const NATIONAL_TEST_SYSTEM = 'https://sefin.producaorestrita.nfse.gov.br/SefinNacional';

const NATIONAL_TEST_PARAMETERS = 'https://adn.producaorestrita.nfse.gov.br/parametrizacao';

/** Faster than in production, so that a person who tries something sees it heal within seconds. The caller's values win. */
const TUNABLE = {
  NATIONAL_ENVIRONMENT: '2',
  PROVIDER_TIMEOUT_MS: '3000',
  WORKER_CONCURRENCY: '16',
  WORKER_VISIBILITY_SECONDS: '10',
  WORKER_DEADLINE_SECONDS: '20',
  WORKER_PATIENCE_SECONDS: '10',
  WORKER_ORDER_MS: '200',
  // So many that the misbehaviour of a few examples does not look like an outage.
  WORKER_BREAKER_FAILURES: '20',
  WORKER_BREAKER_PROBE_SECONDS: '2',
  NATIONAL_CONCURRENCY: '16',
  NATIONAL_PER_SECOND: '200',
  WORKER_TRUST_SECONDS: '10',
  RETRY_BASE_SECONDS: '2',
  CERTIFICATE_FRESH_SECONDS: '5',
  RECONCILE_AFTER_SECONDS: '15',
  RECONCILE_EVERY_SECONDS: '2',
  PROJECTION_POINTER_SECONDS: '1',
  SEAL_EVERY_SECONDS: '60',
  ARCHIVE_EVERY_SECONDS: '300',
  PRESIGNED_URL_SECONDS: '300',
  POWERTOOLS_LOG_LEVEL: 'INFO',
} as const;

/**
 * Every variable our processes need to talk to a local stack, and none that could lead them to real AWS, nor, without the caller's
 * wish, to a real authority.
 *
 * @param stack.standIns what leads to the stand-in authorities; `undefined` where the authorities' own test systems are called,
 *   with certificates that they trust
 * @param caller the environment of whoever starts the stack: its values for the tunable settings are kept. Its
 *   `LOCAL_XRAY_DAEMON` (`host:port`) is where traces of functions go and its `LOCAL_TRACE_COLLECTOR` (a URL) where those of the
 *   worker go; without them none are made
 */
export function environmentFor(
  stack: {
    readonly endpoints: Endpoints;
    readonly queueUrl: string;
    readonly deadLetterQueueUrl: string;
    readonly standIns: { readonly authorityFile: string; readonly profilesFile: string } | undefined;
  },
  caller: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const tuned = Object.entries(TUNABLE).map(([name, value]) => [name, caller[name] || value]);
  return {
    AWS_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: stack.endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
    AWS_ENDPOINT_URL_S3: stack.endpoints.s3,
    AWS_ENDPOINT_URL_SFN: stack.endpoints.sfn,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.endpoints.secrets,
    S3_FORCE_PATH_STYLE: 'true',
    ...Object.fromEntries(Object.values(TABLES).map(({ variable, name }) => [variable, name])),
    DOCS_BUCKET: bucket,
    SEALS_BUCKET: sealsBucket,
    REQUESTS_QUEUE_URL: stack.queueUrl,
    DEAD_LETTER_QUEUE_URL: stack.deadLetterQueueUrl,
    EMIT_WORKFLOW_ARN: emitWorkflowArn,
    DATABASE_URL: stack.endpoints.postgres,
    ...tracing(caller),
    ...Object.fromEntries(tuned),
    ...authorities(stack, caller),
  };
}

/** Whom the worker calls. */
function authorities(
  { endpoints, standIns }: Parameters<typeof environmentFor>[0],
  caller: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (!standIns) {
    return {
      NATIONAL_ENVIRONMENT: '2',
      NATIONAL_API_URL: caller.NATIONAL_API_URL || NATIONAL_TEST_SYSTEM,
      NATIONAL_PARAMETERS_URL: caller.NATIONAL_PARAMETERS_URL || NATIONAL_TEST_PARAMETERS,
    };
  }
  const { authorityFile, profilesFile } = standIns;
  return {
    LOOPBACK_AUTHORITIES_ONLY: 'true',
    NATIONAL_API_URL: endpoints.nationalApi,
    NATIONAL_PARAMETERS_URL: endpoints.nationalParameters,
    MUNICIPALITY_PROFILES_FILE: profilesFile,
    NATIONAL_SERVER_CA_FILE: authorityFile,
    CERTIFICATE_AUTHORITIES_FILE: authorityFile,
  };
}

/** Powertools traces where it finds an execution environment of Lambda. */
function tracing(caller: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const { LOCAL_XRAY_DAEMON: daemon, LOCAL_TRACE_COLLECTOR: collector } = caller;
  return {
    ...(daemon && { AWS_XRAY_DAEMON_ADDRESS: daemon, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }),
    ...(collector && { OTEL_EXPORTER_OTLP_ENDPOINT: collector }),
  };
}

/** An environment for a child process: the caller's without anything of AWS, and ours. */
export function childEnvironment(
  ours: Readonly<Record<string, string>>,
  caller: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...Object.fromEntries(Object.entries(caller).filter(([name]) => !name.startsWith('AWS_'))), ...ours };
}
