import type { TableKind } from '../src/platform/table-definitions.ts';
import type { OwnFile } from './own-files.ts';

/** What a function may be given a right to. */
export type ResourceName =
  | TableKind
  | 'events/byDay'
  | 'invoices/byCompany'
  | 'invoices/byDue'
  | 'documentsBucket'
  | 'documentsBucket/archive'
  | 'documentsBucket/downloads'
  | 'documentsBucket/invoices'
  | 'documentsBucket/list'
  | 'sealsBucket'
  | 'sealsBucket/list'
  | 'requestsQueue'
  | 'dlq'
  | 'workflow'
  | 'certificates'
  | 'cityLogins'
  | 'database';

/** `EventsTable` is append-only: there is no way to say here that a function may change or delete in it. */
type EventsAction = 'Query' | 'PutItem' | 'Scan';

export type Rights = Readonly<Partial<Record<Exclude<ResourceName, 'events'>, readonly string[]>>> & {
  readonly events?: readonly EventsAction[];
};

export type Trigger =
  | { readonly from: 'api'; readonly perSecond?: number }
  | { readonly from: 'schedule'; readonly everyMinutes: number }
  | { readonly from: 'daily'; readonly hourUtc: number; readonly minute: number }
  | { readonly from: 'stream'; readonly parallel: number }
  | { readonly from: 'deployment' }
  | { readonly from: 'sign-in' };

export interface FunctionRow {
  readonly trigger: Trigger;
  /** Actions by resource, without the service's prefix. A function knows by name only what it has a right to. */
  readonly may?: Rights;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Also takes letters from the DLQ by itself, where the settings say so. */
  readonly drainsDlq?: true;
  /** Folders that the function reads, by their name beside its code. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files of the installation's own that it reads, where there are any. */
  readonly reads?: readonly OwnFile[];
  /** Where more at once would harm somebody else; most functions are held back by the API's throttle alone. */
  readonly reservedConcurrency?: number;
}

/** A key that is taken comes back with the refusal to write it: nothing is ever read by itself. */
const REMEMBER = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;
/** A projector parks, and says how far it is; what is parked is read and taken away by whoever replays it. */
const PROJECTING = ['GetItem', 'UpdateItem'] as const;
/** Which table of InvoicesTable is live. */
const POINTER = ['GetItem'] as const;
/** A document is in the table or in a pack of the archive; the link leads to a copy. To list the bucket is what makes S3 say that there is no such pack. */
const READING_DOCUMENTS = {
  documents: ['GetItem'],
  documentsBucket: ['GetObject'],
  'documentsBucket/downloads': ['PutObject'],
  'documentsBucket/list': ['ListBucket'],
} as const;
const API: Trigger = { from: 'api' };
const reading = { trigger: API, timeoutSeconds: 15, memoryMb: 512 } as const;
const commanding = { trigger: API, timeoutSeconds: 20, memoryMb: 1024 } as const;

/**
 * The Lambda functions, by the name of their module in `src/handlers`: what starts each, what it may do, and what it is given. A
 * handler that is not here is not deployed, which a test does not let pass.
 */
export const FUNCTIONS = {
  ping: { trigger: API, timeoutSeconds: 5, memoryMb: 256 },
  openapi: { trigger: API, timeoutSeconds: 5, memoryMb: 256 },
  emit: {
    ...commanding,
    reads: ['municipalityProfiles'],
    may: {
      events: ['PutItem', 'Query'],
      documents: ['PutItem'],
      dpsNumbers: ['UpdateItem'],
      companies: ['GetItem'],
      requests: REMEMBER,
      parameters: ['BatchGetItem'],
      workflow: ['StartExecution'],
    },
  },
  list: { ...reading, may: { 'invoices/byCompany': ['Query'], invoices: ['BatchGetItem'], projections: POINTER } },
  get: { ...reading, may: { invoices: ['GetItem'], projections: POINTER, events: ['Query'] } },
  history: { ...reading, may: { invoices: ['GetItem'], projections: POINTER, events: ['Query'] } },
  document: {
    ...reading,
    may: {
      invoices: ['GetItem'],
      projections: POINTER,
      events: ['Query'],
      ...READING_DOCUMENTS,
    },
  },
  xml: { ...reading, may: { events: ['Query'], ...READING_DOCUMENTS } },
  cancel: {
    ...commanding,
    may: { events: ['PutItem', 'Query'], requests: REMEMBER, workflow: ['StartExecution'] },
  },
  retry: {
    ...commanding,
    reads: ['municipalityProfiles'],
    may: {
      events: ['PutItem', 'Query'],
      documents: ['PutItem'],
      // Another authority than the one that refused gets a new number, and takes it by what is on record for the company.
      dpsNumbers: ['UpdateItem'],
      companies: ['GetItem'],
      requests: REMEMBER,
      parameters: ['BatchGetItem'],
      workflow: ['StartExecution'],
    },
  },
  company: { ...reading, may: { companies: ['GetItem'], dpsNumbers: ['GetItem'] } },
  register: { ...reading, may: { companies: ['UpdateItem'], dpsNumbers: ['GetItem', 'PutItem', 'UpdateItem'] } },
  'decide-route': {
    ...reading,
    reads: ['municipalityProfiles'],
    may: { companies: ['GetItem', 'UpdateItem'], dpsNumbers: ['GetItem'] },
  },
  series: { ...reading, may: { dpsNumbers: ['GetItem', 'Query'] } },
  'rewind-series': { ...reading, may: { dpsNumbers: ['GetItem', 'PutItem', 'Query', 'UpdateItem'] } },
  certificate: {
    // Opening an old PFX file is a second of processor time for whoever asks.
    trigger: { from: 'api', perSecond: 5 },
    timeoutSeconds: 20,
    memoryMb: 1024,
    reservedConcurrency: 5,
    reads: ['certificateAuthorities'],
    may: {
      companies: ['GetItem', 'UpdateItem'],
      dpsNumbers: ['GetItem'],
      certificates: ['CreateSecret', 'PutSecretValue'],
      // Asks the worker what the company's municipality has set.
      requestsQueue: ['SendMessage'],
    },
  },
  'city-login': {
    trigger: { from: 'api', perSecond: 5 },
    timeoutSeconds: 15,
    memoryMb: 512,
    may: { companies: ['GetItem'], cityLogins: ['CreateSecret', 'PutSecretValue'] },
  },
  processor: {
    trigger: { from: 'api', perSecond: 2 },
    drainsDlq: true,
    timeoutSeconds: 29,
    memoryMb: 512,
    reservedConcurrency: 2,
    may: {
      events: ['PutItem', 'Query'],
      dlq: ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'],
      requestsQueue: ['SendMessage'],
      workflow: ['StartExecution'],
    },
  },
  municipalities: { ...reading, may: { lanes: ['Scan'] } },
  // Whoever finds no fresh answer asks the worker, which alone writes the table.
  'municipality-parameters': { ...reading, may: { parameters: ['BatchGetItem'], requestsQueue: ['SendMessage'] } },
  'hold-lane': { ...reading, may: { lanes: ['UpdateItem'] } },
  'release-lane': { ...reading, may: { lanes: ['BatchGetItem', 'UpdateItem'] } },
  report: {
    trigger: { from: 'api', perSecond: 5 },
    // A cluster that sleeps takes some fifteen seconds to wake up.
    timeoutSeconds: 29,
    memoryMb: 512,
    may: { projections: ['GetItem'], database: ['ExecuteStatement'] },
  },
  feed: {
    trigger: API,
    timeoutSeconds: 29,
    memoryMb: 1024,
    may: { events: ['Query'], database: ['ExecuteStatement'] },
  },
  projections: {
    trigger: { from: 'api', perSecond: 2 },
    timeoutSeconds: 29,
    memoryMb: 512,
    may: {
      events: ['Query'],
      invoices: ['GetItem', 'PutItem'],
      projections: [...PROJECTING, 'DeleteItem', 'Query'],
      database: ['ExecuteStatement'],
    },
  },
  projector: {
    trigger: { from: 'stream', parallel: 10 },
    timeoutSeconds: 60,
    memoryMb: 512,
    may: { events: ['Query'], invoices: ['GetItem', 'PutItem'], projections: PROJECTING },
  },
  'reporting-projector': {
    // Each statement is a transaction of its own: more at once would only wait for each other's rows.
    trigger: { from: 'stream', parallel: 2 },
    timeoutSeconds: 120,
    memoryMb: 512,
    may: { events: ['Query'], projections: PROJECTING, database: ['ExecuteStatement'] },
  },
  reconcile: {
    trigger: { from: 'schedule', everyMinutes: 1 },
    timeoutSeconds: 55,
    memoryMb: 512,
    // Two at once would claim the same rows, and each would find most of them taken.
    reservedConcurrency: 1,
    reads: ['municipalityProfiles'],
    may: {
      // Before anything is started again its stream is read.
      events: ['Query'],
      'invoices/byDue': ['Query'],
      invoices: ['UpdateItem'],
      lanes: ['BatchGetItem', 'Scan', 'UpdateItem'],
      projections: POINTER,
      workflow: ['StartExecution'],
    },
  },
  seal: {
    // Ten minutes after the margin that a day is given.
    trigger: { from: 'daily', hourUtc: 1, minute: 10 },
    timeoutSeconds: 900,
    // The commits of a day, and of the days that are caught up with, are in memory at once.
    memoryMb: 2048,
    reservedConcurrency: 1,
    may: {
      'events/byDay': ['Query'],
      // For as long as there are sealed days that the index does not have.
      events: ['Scan'],
      seals: ['PutItem', 'Scan'],
      sealsBucket: ['GetObject', 'PutObject'],
      'sealsBucket/list': ['ListBucket'],
    },
  },
  archive: {
    // Once a day there is something to do; what a run has no time for, the next one does. One that finds nothing is a query.
    trigger: { from: 'schedule', everyMinutes: 60 },
    timeoutSeconds: 900,
    // Eight parts of a day are in memory at once, each with a pack that is being made; and a whole processor, since it unpacks and packs.
    memoryMb: 2048,
    reservedConcurrency: 1,
    may: {
      // A certificate that documents were compressed with is in no part of a day.
      documents: ['GetItem', 'PutItem', 'Query', 'Scan'],
      documentsBucket: ['GetObject'],
      'documentsBucket/archive': ['PutObject'],
      'documentsBucket/list': ['ListBucket'],
    },
  },
  migrate: {
    trigger: { from: 'deployment' },
    // A cluster that sleeps takes some fifteen seconds to wake up, and a migration may rewrite a table.
    timeoutSeconds: 300,
    memoryMb: 512,
    may: {
      database: ['ExecuteStatement', 'BeginTransaction', 'CommitTransaction', 'RollbackTransaction'],
    },
    files: { migrations: 'src/projections/reporting/migrations' },
  },
  'token-claims': {
    trigger: { from: 'sign-in' },
    // Cognito waits for five seconds.
    timeoutSeconds: 5,
    memoryMb: 512,
    may: { clients: ['GetItem'] },
  },
} as const satisfies Readonly<Record<string, FunctionRow>>;

/**
 * The worker's rights. It alone reads the companies' secrets. To list the bucket is what makes S3 say that a document is missing, instead of
 * that it may not be read.
 */
export const WORKER_MAY = {
  events: ['PutItem', 'Query'],
  documents: ['GetItem', 'PutItem'],
  lanes: ['BatchGetItem', 'UpdateItem'],
  parameters: ['BatchGetItem', 'PutItem', 'UpdateItem'],
  documentsBucket: ['GetObject'],
  'documentsBucket/invoices': ['PutObject'],
  'documentsBucket/list': ['ListBucket'],
  requestsQueue: ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'],
  dlq: ['SendMessage'],
  certificates: ['GetSecretValue'],
  cityLogins: ['GetSecretValue'],
} as const satisfies Rights;

export const WORKER_READS = ['municipalityProfiles', 'nationalAuthorities'] as const satisfies readonly OwnFile[];

export type FunctionName = keyof typeof FUNCTIONS;
export const functionNames = Object.keys(FUNCTIONS) as readonly FunctionName[];
export const functionRow = (name: FunctionName): FunctionRow => FUNCTIONS[name];
