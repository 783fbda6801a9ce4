import type { ReportedCommits } from '../../audit/reported-commits.ts';
import type { Config } from '../../platform/config.ts';
import { rdsData } from '../../platform/rds-data.ts';
import { commitCopies, invoicesWithCopies } from '../../projections/reporting/commit-copies.ts';
import { connectReporting } from '../../projections/reporting/connect.ts';
import { DatabaseUnavailable } from '../../projections/reporting/database.ts';
import { type Patience, patient } from '../../projections/reporting/patience.ts';
import { live, type ReportingTables } from '../../projections/reporting/schema.ts';

/** A paused Aurora takes some fifteen seconds to wake up. */
const WHILE_RESUMING: Patience = { tries: 6, firstWaitMs: 1_000, longestWaitMs: 8_000, onlyResuming: true };
/** A busy database may not answer within the time-out of a connection. One that is down is reported after some seconds. */
const WHILE_BUSY: Patience = { tries: 3, firstWaitMs: 500, longestWaitMs: 4_000 };

export interface ReportingWitness extends ReportedCommits {
  /** Why the copies of some invoices could not be compared; `undefined` while all could be. */
  failure(): DatabaseUnavailable | undefined;
  close(): Promise<void>;
}

export interface WitnessOptions {
  readonly tables?: ReportingTables;
  /** Told when the database could not be read. */
  readonly onFailure?: (error: DatabaseUnavailable) => void;
}

/**
 * The reporting database as a witness. It is asked some times before it counts as unavailable. After that it is not asked again, so that an audit does not wait for a database
 * that is down once per page.
 */
export function reportingWitness(
  location: NonNullable<Config['reporting']>,
  { tables = live, onFailure = () => {} }: WitnessOptions = {},
): ReportingWitness {
  const connection = connectReporting(location, rdsData);
  const database = patient(patient(connection, WHILE_RESUMING), WHILE_BUSY);
  let failure: DatabaseUnavailable | undefined;
  const fail = (error: unknown) => {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    failure ??= error;
    onFailure(error);
  };
  return {
    async of(invoiceIds) {
      if (failure) return undefined;
      try {
        return await commitCopies(database, tables, invoiceIds);
      } catch (error) {
        fail(error);
        return undefined;
      }
    },
    async *invoices() {
      if (failure) return;
      try {
        yield* invoicesWithCopies(database, tables);
      } catch (error) {
        fail(error);
      }
    },
    failure: () => failure,
    close: () => connection.close(),
  };
}
