import * as z from 'zod/mini';
import { dev } from './settings/dev.ts';
import { prod } from './settings/prod.ts';
import { staging } from './settings/staging.ts';

// Said when somebody's settings are wrong; the service itself words its own messages and carries no locale.
z.config(z.locales.en());

const count = z.int().check(z.gte(0));
const atLeastOne = z.int().check(z.gte(1));
const days = z.int().check(z.gte(1), z.lte(3653));
const name = z.string().check(z.regex(/^[a-z][a-z0-9-]{1,30}$/));
const host = z.string().check(z.regex(/^(?=.{4,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/));
const origin = z.string().check(z.regex(/^(https:\/\/[a-z0-9.-]+|http:\/\/localhost)(:\d{1,5})?$/));
const callback = z.string().check(z.regex(/^(https:\/\/|http:\/\/localhost[:/]|[a-z][a-z0-9.+-]*:\/\/)\S+$/));
/** Within the project. */
const file = z.string().check(z.regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/));
const rate = z.strictObject({ perSecond: atLeastOne, burst: atLeastOne });

/** Everything in which one installation differs from another. docs/deploy.md explains each. */
const SettingsSchema = z.strictObject({
  environment: z.enum(['dev', 'staging', 'prod']),
  region: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)),
  /** Put on every resource besides `application` and `environment`. */
  tags: z.record(z.string(), z.string()),
  /** Whether what holds data survives the deletion of its stack, and refuses its own. */
  keepData: z.boolean(),
  /** How long logs are kept. */
  logRetentionDays: z.enum({ month: 30, quarter: 90, year: 365, fiveYears: 1827 }),
  network: z.strictObject({
    cidr: z.string().check(z.regex(/^10\.\d{1,3}\.\d{1,3}\.0\/(16|20)$/)),
    /** One for each zone in production: a city hall that has whitelisted two addresses survives the loss of a zone. */
    natGateways: z.union([z.literal(1), z.literal(2)]),
    /** Calls to AWS then stay in the VPC; without them they take the NAT, which is cheaper where little happens. */
    interfaceEndpoints: z.boolean(),
  }),
  tables: z.strictObject({
    /** Units per second that EventsTable, InvoicesTable and DocumentsTable take from the first moment on; DynamoDB's own start without it. */
    warmThroughput: z.optional(z.strictObject({ reads: atLeastOne, writes: atLeastOne })),
  }),
  documents: z.strictObject({
    /** Five full years and the current one by law (CTN art. 173, 174); up to eleven. */
    retentionYears: z.int().check(z.gte(6), z.lte(11)),
    glacierAfterDays: days,
    /** `COMPLIANCE`: not even the root user deletes a seal in its time. */
    sealLock: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  }),
  api: z.strictObject({
    /** An address of one's own; AWS's without it. Its certificate is made in the stack and waits for its DNS record. */
    domainName: z.optional(host),
    /** Web pages that may call the API from a browser. */
    origins: z.array(origin),
    /** Of all callers together. */
    throttle: rate,
    /** One API key for each, each with its own share; one by the name of each of `identity.machines`. */
    clients: z.array(z.strictObject({ name, throttle: rate, requestsPerDay: atLeastOne })).check(z.minLength(1)),
    /** Requests of one address in five minutes before the firewall blocks it. */
    mostPerAddress: z.int().check(z.gte(100)),
  }),
  identity: z.strictObject({
    mfa: z.enum(['optional', 'required']),
    webCallbacks: z.array(callback).check(z.minLength(1)),
    mobileCallbacks: z.array(callback).check(z.minLength(1)),
    /** Programs that sign in with an id and a secret, and the one role that each has. */
    machines: z.array(z.strictObject({ name, role: z.enum(['client', 'operator', 'auditor', 'ops', 'admin']) })),
  }),
  national: z.strictObject({
    url: z.url(),
    /** Where it answers for the municipalities' parameters. */
    parametersUrl: z.url(),
    /** 1 production, 2 restricted production. */
    environment: z.enum(['1', '2']),
    signature: z.enum(['rsa-sha1', 'rsa-sha256']),
  }),
  /** What the installation brings of its own, by its path in the project; read and checked when the app is synthesized. */
  files: z.strictObject({
    /** JSON: municipality profiles besides those of the service. */
    municipalityProfiles: z.optional(file),
    /** PEM: the authorities that companies' certificates must come from, ICP-Brasil's; their origin is not asked without it. */
    certificateAuthorities: z.optional(file),
    /** PEM: those that the national API's own certificate may come from; Node's list without it. */
    nationalAuthorities: z.optional(file),
  }),
  functions: z.strictObject({
    /** Needs an account whose quota of concurrent executions was raised: a new one has ten, and leaves none to reserve. */
    reservedConcurrency: z.boolean(),
    registrationRequired: z.boolean(),
    /** How far one emission may move a company's counter of DPS numbers forward without a reason. */
    maxDpsNumberJump: atLeastOne,
    /** Whether the DLQ is replayed by itself. Off: somebody looks first. */
    replayDlq: z.boolean(),
  }),
  workflow: z.strictObject({ type: z.enum(['EXPRESS', 'STANDARD']) }),
  worker: z.strictObject({
    /**
     * Whether all providers share one queue and its workers, or each family of them (the national system, ABRASF) has a queue and workers of its
     * own. What follows is of each service.
     */
    services: z.enum(['one', 'per-provider']),
    tasks: z.strictObject({ least: count, most: atLeastOne }),
    cpu: z.enum({ quarter: 256, half: 512, one: 1024, two: 2048 }),
    memoryMb: z.int().check(z.gte(512), z.lte(16_384)),
    concurrency: atLeastOne,
    /** Waiting messages that one task is given before there are more tasks. */
    backlogPerTask: atLeastOne,
    /** How old the oldest message may become before there are more tasks, whatever the backlog. */
    oldestMessageSeconds: atLeastOne,
    /** What the authorities listen on. */
    egressPorts: z.array(z.int().check(z.gte(1), z.lte(65_535))).check(z.minLength(1)),
  }),
  reporting: z.strictObject({
    /** 0 lets the cluster sleep, and the first report of the day wait some fifteen seconds. */
    minCapacity: z.number().check(z.gte(0), z.lte(256), z.multipleOf(0.5)),
    maxCapacity: z.number().check(z.gte(1), z.lte(256), z.multipleOf(0.5)),
    readers: count,
    backupDays: z.int().check(z.gte(1), z.lte(35)),
  }),
  bastion: z.boolean(),
  web: z.strictObject({
    /** CloudFront's own name without it, which then decides the oldest TLS by itself. */
    domainName: z.optional(host),
    /** `/api/*` of the page's own domain leads to the API, so that the browser asks no other; needs `api.domainName`. */
    apiBehindIt: z.boolean(),
    mostPerAddress: z.int().check(z.gte(100)),
  }),
  observability: z.strictObject({
    /** Who is told of alarms, besides those who subscribe to the topic. */
    email: z.optional(z.email()),
    /** Share of the requests that are traced. */
    tracedShare: z.number().check(z.gte(0), z.lte(1)),
    certificateDays: atLeastOne,
    deferredHours: atLeastOne,
  }),
});

export type Settings = z.infer<typeof SettingsSchema>;
export type EnvironmentName = Settings['environment'];

const environments: Readonly<Record<EnvironmentName, Settings>> = { dev, staging, prod };
export const environmentNames = Object.keys(environments) as readonly EnvironmentName[];

/** The settings cannot be deployed. Names each that is wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'settings';
}

/** @throws SettingsError for an environment that there is none of, and for settings that are wrong */
export function settingsOf(environment: string): Settings {
  if (!(environment in environments)) {
    throw new SettingsError(`There is no environment "${environment}": take one of ${environmentNames.join(', ')}`);
  }
  return checked(environments[environment as EnvironmentName]);
}

/** @throws SettingsError */
export function checked(settings: unknown): Settings {
  const parsed = SettingsSchema.safeParse(settings);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const wrong = contradictions(parsed.data);
  if (wrong.length > 0) throw new SettingsError(wrong.join('; '));
  return parsed.data;
}

/** What no setting says alone. */
function contradictions({
  environment,
  worker,
  reporting,
  web,
  api,
  identity,
  national,
  keepData,
  documents,
}: Settings): string[] {
  const production = environment === 'prod';
  const clients = api.clients.map(({ name }) => name);
  const keyless = identity.machines.filter((machine) => !clients.includes(machine.name)).map((machine) => machine.name);
  return [
    [new Set(clients).size < clients.length, 'api.clients: a name stands twice'],
    [keyless.length > 0, `api.clients: no key and share of its own for ${keyless.join(', ')}`],
    [worker.tasks.least > worker.tasks.most, 'worker.tasks: least is more than most'],
    [reporting.minCapacity > reporting.maxCapacity, 'reporting: minCapacity is more than maxCapacity'],
    [!isFargateSize(worker), 'worker: Fargate has no task of this cpu and memoryMb'],
    [web.apiBehindIt && api.domainName === undefined, 'web.apiBehindIt: needs api.domainName'],
    [production !== (national.environment === '1'), 'national.environment: 1 belongs to prod, and to no other'],
    [production && !keepData, 'keepData: prod keeps its data'],
    [production && documents.sealLock !== 'COMPLIANCE', 'documents.sealLock: prod seals under COMPLIANCE'],
    [production && worker.tasks.least === 0, 'worker.tasks.least: prod always has a worker'],
  ].flatMap(([isWrong, sentence]) => (isWrong ? [sentence as string] : []));
}

/** @source Amazon ECS task sizes on Fargate: 1 vCPU takes 2 to 8 GB, the smaller ones half to twice that share, in whole GB */
function isFargateSize({ cpu, memoryMb }: Settings['worker']): boolean {
  const sizes: Readonly<Record<number, readonly [least: number, most: number]>> = {
    256: [512, 2048],
    512: [1024, 4096],
    1024: [2048, 8192],
    2048: [4096, 16_384],
  };
  const [least, most] = sizes[cpu] ?? [0, 0];
  return memoryMb >= least && memoryMb <= most && (memoryMb % 1024 === 0 || memoryMb === 512);
}
