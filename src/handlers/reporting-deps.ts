import { type Config, ConfigError } from '../platform/config.ts';
import { rdsData } from '../platform/rds-data.ts';
import { connectReporting } from '../projections/reporting/connect.ts';
import type { ReportingDatabase } from '../projections/reporting/database.ts';
import { type Patience, patient } from '../projections/reporting/patience.ts';

/** A paused Aurora takes some fifteen seconds to wake up: a projector has the time, and its batch comes again after that. */
export const PROJECTOR_PATIENCE: Patience = { tries: 6, firstWaitMs: 250, longestWaitMs: 8_000 };

/** API Gateway gives an answer 29 seconds, and a report itself may take some of them. */
export const CALLER_PATIENCE: Patience = { tries: 5, firstWaitMs: 500, longestWaitMs: 5_000, onlyResuming: true };

/** @throws ConfigError when the process was not told where the reporting tables are */
export function reportingDatabase({ reporting }: Config, patience: Patience): ReportingDatabase {
  if (!reporting)
    throw new ConfigError('Neither DATABASE_URL nor REPORTING_CLUSTER_ARN with REPORTING_SECRET_ARN is set');
  return patient(connectReporting(reporting, rdsData), patience);
}
