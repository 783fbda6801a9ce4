import measured from './measured.json' with { type: 'json' };

/** What one invoice uses, from its POST until its outcome is projected and was read. */
export interface Design {
  readonly name: string;
  /** Calls of the API besides the POST: how the outcome is learnt. */
  readonly reads: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** What stays in the tables, and in the index by day, which backups do not count. */
  readonly storedBytes: number;
  readonly indexBytes: number;
  readonly documents: {
    /** Of the table that they are written to, and that the archive is made from. */
    readonly writeUnits: number;
    readonly readUnits: number;
    /** Requests to S3. */
    readonly puts: number;
    readonly gets: number;
    /** What stays in the bucket. */
    readonly bucketBytes: number;
    /** What is in the table for some days. */
    readonly tableBytes: number;
  };
  /** What goes to the authority and comes back. */
  readonly exchangedBytes: number;
  readonly workflow: 'EXPRESS' | 'STANDARD';
  /** Of a Standard workflow, which is paid by them. */
  readonly transitions: number;
  readonly queueRequests: number;
  readonly fair: boolean;
  readonly logBytes: number;
  readonly answerBytes: number;
  /** Functions that run for it: how often, and for how long each. */
  readonly functions: readonly { readonly handler: string; readonly calls: number; readonly billedMs: number }[];
  readonly tracedShare: number;
  readonly dataApiCalls: number;
}

/** Estimates, until an installation in AWS has measured them: four calls to AWS one after the other, at some 8 ms each, and our own work. */
const BILLED_MS = { emit: 70, get: 15, projector: 40, reportingProjector: 60 };
/** Records of the stream in one batch, under steady load. */
const BATCH = 5;
const EVENTS = 2;
/** Of a receive or delete, which carry up to ten messages; half of that under steady load. */
const MESSAGES_A_CALL = 5;

const total = (units: object) => Object.values(units).reduce((sum: number, value: number) => sum + value, 0);
const { emission, read, accessLogBytes } = measured;

/**
 * This service, by what its tests measure.
 *
 * @param reads how often the client asks what became of an invoice
 */
export function ledger(workflow: Design['workflow'], tracedShare: number, reads = 0): Design {
  const batches = EVENTS / BATCH;
  const functions = [
    { handler: 'emit', calls: 1, billedMs: BILLED_MS.emit },
    { handler: 'get', calls: reads, billedMs: BILLED_MS.get },
    { handler: 'projector', calls: batches, billedMs: BILLED_MS.projector },
    { handler: 'reporting-projector', calls: batches, billedMs: BILLED_MS.reportingProjector },
  ];
  const { writeUnits, readUnits, tableBytes, archiveBytes, exchangedBytes } = emission.documents;
  const { eventsByDay, ...ofTables } = emission.writeUnits;
  return {
    name: 'nfse-ledger',
    reads,
    writeUnits: total(ofTables) + eventsByDay,
    // Each seal reads its day in the index, and the next one reads it again: pages at half price, 4 KB a unit.
    readUnits: total(emission.readUnits) + reads * total(read.readUnits) + (2 * emission.indexBytes) / 8_192,
    // Half a kilobyte for each unit that was written, by estimate: rows are written over.
    storedBytes: 512 * total(ofTables),
    indexBytes: emission.indexBytes,
    documents: {
      writeUnits,
      // A page of a query is read at half price, 4 KB a unit; the archive looks at a day twice.
      readUnits: readUnits + (2 * tableBytes) / 8_192,
      // Packs are made by the day and not by the invoice: model.ts has them among what is there anyway.
      puts: 0,
      gets: 0,
      bucketBytes: archiveBytes,
      tableBytes,
    },
    exchangedBytes,
    workflow,
    transitions: 3,
    queueRequests: 1 + 2 / MESSAGES_A_CALL,
    fair: true,
    // Lambda's own lines are not among them: it logs only calls that went wrong.
    logBytes:
      emission.logBytes.functions +
      emission.logBytes.worker +
      2 * batches * emission.logBytes.batch +
      reads * read.logBytes +
      (1 + reads) * accessLogBytes,
    answerBytes: emission.answerBytes + reads * read.answerBytes,
    functions,
    tracedShare,
    dataApiCalls: batches,
  };
}

/**
 * What the straightforward design logs, by estimate and not by what ours has come to: Lambda's START, END and REPORT with every call, what the
 * functions and the worker write of an emission with its whole requests and answers, and what they write of a GET.
 */
const PLAIN_LOG_BYTES = { platform: 450, emission: 5550, get: 2000 };

/** Of InvoicesTable, when the index by company holds whole rows: two of two units each, twice over, and the index of what is due. */
const PLAIN_INVOICES_UNITS = 10;

/**
 * The design that one would write first: a Standard workflow with a state a step, events and their snapshot in one transaction (which
 * is paid twice) after a read of both, an index that holds whole rows, a message a call, whole requests and answers in the log.
 *
 * @param reads as above; its clients ask every second until they are told
 */
export function straightforward(reads = 0): Design {
  // X-Ray records one request in twenty unless it is told otherwise.
  const ours = ledger('STANDARD', 0.05);
  const { events, requests, dpsNumbers } = emission.writeUnits;
  const functions = [
    { handler: 'emit', calls: 1, billedMs: BILLED_MS.emit * 2 },
    { handler: 'get', calls: reads, billedMs: BILLED_MS.get },
    { handler: 'projector', calls: EVENTS, billedMs: BILLED_MS.projector },
    { handler: 'reporting-projector', calls: EVENTS, billedMs: BILLED_MS.reportingProjector },
  ];
  const calls = functions.reduce((sum, each) => sum + each.calls, 0);
  return {
    ...ours,
    name: 'straightforward',
    reads,
    // Each event with its snapshot of as many units, in a transaction.
    writeUnits: 2 * (events + events) + PLAIN_INVOICES_UNITS + requests + dpsNumbers,
    readUnits: total(emission.readUnits) + EVENTS * 2 + reads * 2,
    // The declaration and the note, as an object each; of what was sent and received, nothing is kept.
    documents: {
      writeUnits: 0,
      readUnits: 0,
      puts: 2,
      gets: 1,
      bucketBytes: emission.documents.exchangedBytes,
      tableBytes: 0,
    },
    // Validate, store, append, send; and the start is paid as well.
    transitions: 5,
    queueRequests: 3,
    fair: false,
    logBytes: PLAIN_LOG_BYTES.emission + calls * PLAIN_LOG_BYTES.platform + reads * PLAIN_LOG_BYTES.get,
    answerBytes: emission.answerBytes + reads * read.answerBytes,
    functions,
    dataApiCalls: EVENTS,
  };
}
