/**
 * The tables, said once: the local engine and the infrastructure are both made of this, so that what tests run against has the keys
 * and indexes of what is deployed.
 */
export interface TableDefinition {
  /** In the documents, and on a machine that sets no other. */
  readonly name: string;
  /** The environment variable that names it to a process. */
  readonly variable: string;
  readonly partitionKey: TableKey;
  readonly sortKey?: TableKey;
  readonly indexes?: readonly TableIndex[];
  /** Whether each new image goes into a stream. */
  readonly stream?: true;
  /** Seconds since 1970, after which an item may go. */
  readonly expiresBy?: string;
}

export interface TableKey {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface TableIndex {
  readonly name: string;
  readonly partitionKey: TableKey;
  readonly sortKey: TableKey;
  /** What it holds besides the keys; every attribute when left out. What is not in an index costs nothing to write there. */
  readonly holds?: readonly string[];
}

const text = (name: string): TableKey => ({ name, type: 'S' });

export const TABLES = {
  events: {
    name: 'EventsTable',
    variable: 'EVENTS_TABLE',
    partitionKey: text('invoiceId'),
    sortKey: { name: 'version', type: 'N' },
    // Each commit by its day, for the daily seal: keys and hash, one write unit a commit (decision 45).
    indexes: [{ name: 'byDay', partitionKey: text('dayShard'), sortKey: text('at'), holds: ['hash'] }],
    stream: true,
  },
  invoices: {
    name: 'InvoicesTable',
    variable: 'INVOICES_TABLE',
    partitionKey: text('invoiceId'),
    indexes: [
      // Holds nothing that changes, so it is written once an invoice: a list reads the rows themselves. A status in it would be a write unit
      // at each change, as much as ten readings of the row in vain (decision 40).
      {
        name: 'byCompany',
        partitionKey: text('companyCnpj'),
        sortKey: text('createdAt'),
        holds: ['municipalityCode'],
      },
      // Sparse: only unfinished invoices have a dueAt. It holds what the reconciler looks at before it asks the stream.
      {
        name: 'byDue',
        partitionKey: text('dueShard'),
        sortKey: text('dueAt'),
        holds: ['version', 'updatedAt', 'nextAttemptAt', 'deferredSince', 'municipalityCode', 'route', 'dps'],
      },
    ],
  },
  /** Documents of the last days, a partition a part of a day; the certificates that stand in them. Older ones are in the archive. */
  documents: {
    name: 'DocumentsTable',
    variable: 'DOCUMENTS_TABLE',
    partitionKey: text('dayPart'),
    sortKey: text('document'),
    expiresBy: 'expiresAt',
  },
  requests: {
    name: 'RequestsTable',
    variable: 'REQUESTS_TABLE',
    partitionKey: text('requestId'),
    expiresBy: 'expiration',
  },
  dpsNumbers: {
    name: 'DpsNumbersTable',
    variable: 'DPS_NUMBERS_TABLE',
    partitionKey: text('companyCnpj'),
    sortKey: text('series'),
  },
  companies: { name: 'CompaniesTable', variable: 'COMPANIES_TABLE', partitionKey: text('companyCnpj') },
  lanes: { name: 'LanesTable', variable: 'LANES_TABLE', partitionKey: text('municipalityCode') },
  /** What municipalities have set in the national system, an item a question; the worker alone writes it. */
  parameters: {
    name: 'ParametersTable',
    variable: 'PARAMETERS_TABLE',
    partitionKey: text('municipalityCode'),
    sortKey: text('parameter'),
    expiresBy: 'expiresAt',
  },
  /** State of each projection: which of its tables is live, checkpoints of a rebuild. */
  projections: {
    name: 'ProjectionsTable',
    variable: 'PROJECTIONS_TABLE',
    partitionKey: text('projection'),
    sortKey: text('key'),
  },
  /** One item a sealed day. */
  seals: { name: 'SealsTable', variable: 'SEALS_TABLE', partitionKey: text('day') },
  /** Which companies a machine client may act for: the claim that its tokens get. */
  clients: { name: 'ClientsTable', variable: 'CLIENTS_TABLE', partitionKey: text('clientId') },
} as const satisfies Readonly<Record<string, TableDefinition>>;

export type TableKind = keyof typeof TABLES;

export type TableNames = Readonly<Record<TableKind, string>>;

export const tableKinds = Object.keys(TABLES) as readonly TableKind[];

/** One value a table, by what it is for. */
export function forEachTable<T>(of: (definition: TableDefinition, kind: TableKind) => T): Record<TableKind, T> {
  return Object.fromEntries(tableKinds.map((kind) => [kind, of(TABLES[kind], kind)])) as Record<TableKind, T>;
}
