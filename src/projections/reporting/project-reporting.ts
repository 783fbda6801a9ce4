import { type Commit, START } from '../../events/commit.ts';
import type { EventStore } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { follow, inOrder } from '../announced.ts';
import { type Announced, asError, type BatchOutcome, type Setback, sorted } from '../project-batch.ts';
import type { ReportingDatabase } from './database.ts';
import { type InvoiceRecords, recordsOf } from './records.ts';
import { writeRecords } from './reporting-store.ts';
import type { ReportingTables } from './schema.ts';

export interface ReportingProjectorDeps {
  readonly events: EventStore;
  readonly database: ReportingDatabase;
  readonly tables: ReportingTables;
  /** Those that live events must reach as well: of a rebuild, or live before the last switch. */
  readonly beside?: () => Promise<readonly ReportingTables[]>;
}

/**
 * Brings the reporting tables up to date with one statement for the whole batch, if it is not too large. Where the database refuses it for its values, each
 * invoice is written by itself, so that only the one at fault is left out.
 */
export async function projectReporting(deps: ReportingProjectorDeps, announced: Announced): Promise<BatchOutcome> {
  const setbacks: Setback[] = [];
  const made = await Promise.all(
    [...announced].map(async ([invoiceId, commits]) => {
      try {
        return recordsOf(invoiceId, await wholeStream(deps.events, invoiceId, inOrder(commits)));
      } catch (error) {
        setbacks.push({ invoiceId, error: asError(error) });
        return undefined;
      }
    }),
  );
  const batch = made.filter((records) => records !== undefined);
  try {
    await write(deps, batch);
  } catch (error) {
    if (batch.length > 1 && sorted([setbackOf(batch[0], error)]).spoiled.length > 0) {
      for (const records of batch) await writeAlone(deps, records, setbacks);
    } else {
      setbacks.push(...batch.map((records) => setbackOf(records, error)));
    }
  }
  return sorted(setbacks);
}

/**
 * The live tables first, since those beside them take over their positions. A table beside them that cannot be written delays the
 * batch: the next try asks again which there are. They are asked for before the live write: a switch during it has taken away a name
 * that was given then, so the batch comes again, whereas the names given after it would leave out the tables that are live now.
 */
async function write(
  { database, tables, beside = async () => [] }: ReportingProjectorDeps,
  batch: readonly InvoiceRecords[],
): Promise<void> {
  const besides = await beside();
  await writeRecords(database, tables, batch);
  for (const others of besides) await writeRecords(database, others, batch, tables);
}

async function writeAlone(deps: ReportingProjectorDeps, records: InvoiceRecords, setbacks: Setback[]): Promise<void> {
  try {
    await write(deps, [records]);
  } catch (error) {
    setbacks.push(setbackOf(records, error));
  }
}

function setbackOf(records: InvoiceRecords | undefined, error: unknown): Setback {
  return { invoiceId: records?.invoice.invoiceId as InvoiceId, error: asError(error) };
}

/** The rows hold too little to fold onto, so a stream that is not announced whole is read. */
async function wholeStream(
  events: EventStore,
  invoiceId: InvoiceId,
  announced: readonly Commit[],
): Promise<readonly Commit[]> {
  return announced.length > 0 && follow(START, announced) ? announced : events.load(invoiceId);
}
