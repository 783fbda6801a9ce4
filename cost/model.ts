import { DAYS_IN_TABLE } from '../src/platform/documents/items.ts';
import { SHARDS } from '../src/platform/documents/place.ts';
import type { Design } from './design.ts';
import type { Installation } from './installation.ts';
import prices from './prices.json' with { type: 'json' };

export type Region = keyof typeof prices.regions;
export const REGIONS = Object.keys(prices.regions) as readonly Region[];

export interface Term {
  readonly what: string;
  /** How it comes about, for a person. */
  readonly how: string;
  readonly usd: number;
}

const GIB = 1024 ** 3;
const HOURS_A_MONTH = 730;
const DAYS_A_MONTH = 30.4;
/** Processor time of the worker an invoice (14 ms in docs/benchmarks.md, and some for companies that it meets anew), and what of a task's time is not waiting. */
const WORKER_CPU_MS = 16;
const WORKER_BUSY_SHARE = 0.5;
/** Express workflows are paid by time too: a tenth of a second of 64 MB at least. */
const WORKFLOW_GB_SECONDS = 0.1 * (64 / 1024);

/** What a number of invoices costs that would not be paid without them. */
export function variableTerms(
  design: Design,
  { memoryGb, worker }: Pick<Installation, 'memoryGb' | 'worker'>,
  invoices: number,
  region: Region,
): Term[] {
  const price = prices.regions[region];
  const millions = invoices / 1e6;
  const gigabytes = (bytes: number) => (bytes * invoices) / GIB;
  const { reads, writeUnits, readUnits, documents, transitions, queueRequests, fair, tracedShare } = design;
  const calls = 1 + reads;
  const gbSeconds = design.functions.reduce(
    (sum, { handler, calls: times, billedMs }) => sum + times * (billedMs / 1000) * memoryGb(handler),
    0,
  );
  const invocations = design.functions.reduce((sum, each) => sum + each.calls, 0);
  const workerHours = (invoices * (WORKER_CPU_MS / 1000)) / WORKER_BUSY_SHARE / 3600;
  const workflow =
    design.workflow === 'EXPRESS'
      ? price.workflow.express.perMillionStarts + WORKFLOW_GB_SECONDS * 1e6 * price.workflow.express.perGbSecond
      : transitions * price.workflow.standard.perMillionTransitions;
  const perQueueRequest = price.queue.perMillionRequests + (fair ? price.queue.perMillionFairRequests : 0);
  const out = design.answerBytes + design.exchangedBytes / 2;
  const capacity = (units: { readonly writeUnits: number; readonly readUnits: number }) =>
    millions *
    (units.writeUnits * price.tables.perMillionWriteUnits + units.readUnits * price.tables.perMillionReadUnits);
  const n = (value: number) => value.toFixed(2).replace(/\.?0+$/, '');
  return [
    {
      what: 'API',
      how: reads > 0 ? `the POST and ${n(reads)} GET` : 'the POST',
      usd: calls * millions * price.apiGateway.perMillionCalls,
    },
    {
      what: 'firewall',
      how: `${n(calls)} requests looked at`,
      usd: calls * millions * price.firewall.perMillionRequests,
    },
    {
      what: 'functions',
      how: `${n(invocations)} calls, ${n(gbSeconds * 1000)} MB·s`,
      usd:
        invocations * millions * price.functions.perMillionCalls + invoices * gbSeconds * price.functions.perGbSecond,
    },
    {
      what: 'tables',
      how: `${n(writeUnits)} write units, ${n(readUnits)} read units`,
      usd: capacity(design),
    },
    {
      what: 'documents',
      how:
        documents.puts > 0
          ? `${documents.puts} objects stored, ${documents.gets} read`
          : `${n(documents.writeUnits)} write units, ${n(documents.readUnits)} read units`,
      usd:
        capacity(documents) +
        millions * (documents.puts * price.documents.perMillionPuts + documents.gets * price.documents.perMillionGets),
    },
    {
      what: 'workflow',
      how: design.workflow === 'EXPRESS' ? 'one Express start' : `${transitions} transitions of a Standard workflow`,
      usd: millions * workflow,
    },
    {
      what: 'queue',
      how: `${n(queueRequests)} requests${fair ? ', fair' : ''}`,
      usd: queueRequests * millions * perQueueRequest,
    },
    {
      what: 'worker',
      how: `${WORKER_CPU_MS} ms of processor time, half of a task's`,
      usd: workerHours * (price.worker.perVcpuHour + (worker.memoryGb / worker.vcpu) * price.worker.perGbHour),
    },
    { what: 'logs', how: `${Math.round(design.logBytes)} bytes`, usd: gigabytes(design.logBytes) * price.logs.perGb },
    {
      what: 'traces',
      how: `${n(tracedShare * 100)} % of ${calls} requests`,
      usd: tracedShare * calls * millions * price.traces.perMillion,
    },
    {
      what: 'reports',
      how: `${n(design.dataApiCalls)} statements`,
      usd: design.dataApiCalls * millions * price.dataApi.perMillionCalls,
    },
    {
      what: 'network',
      how: `${Math.round(out)} bytes out, and those of the authority through the NAT`,
      usd: gigabytes(out) * price.transfer.outPerGb + gigabytes(design.exchangedBytes) * price.nat.perGb,
    },
  ];
}

/** What stays in the bill after the month: of so many invoices, a month. */
export function storageTerms(
  design: Design,
  { logRetentionMonths }: Pick<Installation, 'logRetentionMonths'>,
  invoices: number,
  region: Region,
): Term[] {
  const price = prices.regions[region];
  const gigabytes = (bytes: number) => (bytes * invoices) / GIB;
  return [
    {
      what: 'documents',
      how: 'each month, until Glacier takes them',
      usd: gigabytes(design.documents.bucketBytes) * price.documents.perGbMonth,
    },
    {
      what: 'documents of the last days',
      how: `in the month itself, for ${DAYS_IN_TABLE} days and with their backups`,
      usd:
        (gigabytes(design.documents.tableBytes) *
          (price.tables.perGbMonth + price.tables.backupPerGbMonth) *
          (DAYS_IN_TABLE + 1)) /
        DAYS_A_MONTH,
    },
    {
      what: 'tables',
      how: 'each month, with their backups',
      usd: gigabytes(design.storedBytes) * (price.tables.perGbMonth + price.tables.backupPerGbMonth),
    },
    {
      what: 'index by day',
      how: 'each month, two entries an invoice',
      usd: gigabytes(design.indexBytes) * price.tables.perGbMonth,
    },
    {
      what: 'logs',
      how: `each month, for ${Math.round(logRetentionMonths)} months, compressed to a fifth`,
      usd: (gigabytes(design.logBytes) / 5) * price.logs.perGbMonth,
    },
  ];
}

/** What an installation costs a month with no invoice at all. */
export function fixedTerms(installation: Installation, region: Region): Term[] {
  const price = prices.regions[region];
  const { natGateways, endpoints, keys, firewalls, worker, database } = installation;
  return [
    { what: 'NAT', how: `${natGateways} gateways`, usd: natGateways * HOURS_A_MONTH * price.nat.perHour },
    { what: 'endpoints', how: `${endpoints} interfaces`, usd: endpoints * HOURS_A_MONTH * price.endpoints.perHour },
    {
      what: 'worker',
      how: `${worker.tasks} tasks of ${worker.vcpu} vCPU and ${worker.memoryGb} GB`,
      usd:
        worker.tasks *
        HOURS_A_MONTH *
        (worker.vcpu * price.worker.perVcpuHour + worker.memoryGb * price.worker.perGbHour),
    },
    {
      what: 'database',
      how: `${database.instances} instances at ${database.leastCapacity} ACU`,
      usd: database.instances * database.leastCapacity * HOURS_A_MONTH * price.database.perAcuHour,
    },
    {
      what: 'firewall',
      how: `${firewalls} lists of some six rules`,
      usd: firewalls * (price.firewall.perAclMonth + 6 * price.firewall.perRuleMonth),
    },
    {
      what: 'archive',
      how: `${SHARDS.length} packs a day; before they are written, and a day later, it is asked which there are`,
      usd: (DAYS_A_MONTH * SHARDS.length * (price.documents.perMillionPuts + 3 * price.documents.perMillionGets)) / 1e6,
    },
    { what: 'keys', how: `${keys} keys`, usd: keys * price.keys.perMonth },
  ];
}

export const sumOf = (terms: readonly Term[]): number => terms.reduce((sum, { usd }) => sum + usd, 0);
