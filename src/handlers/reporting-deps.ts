import { type Config, ConfigError } from '../platform/config.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { connectReporting, type ReportingLocation } from '../projections/reporting/connect.ts';
import type { ReportingDatabase } from '../projections/reporting/database.ts';
import { type Patience, patient } from '../projections/reporting/patience.ts';
import { rdsData } from './aws-clients.ts';

/** A paused Aurora takes some fifteen seconds to wake up: a projector has the time, and its batch comes again after that. */
export const PROJECTOR_PATIENCE: Patience = { tries: 6, firstWaitMs: 250, longestWaitMs: 8_000 };

/** API Gateway gives an answer 29 seconds, and a report itself may take some of them. */
export const CALLER_PATIENCE: Patience = { tries: 5, firstWaitMs: 500, longestWaitMs: 5_000, onlyResuming: true };

/** A deployment waits for minutes, and one that failed for a database that was asleep would be a nuisance. */
export const MIGRATION_PATIENCE: Patience = { tries: 12, firstWaitMs: 1_000, longestWaitMs: 15_000 };

/** @throws ConfigError when the process was not told where the reporting tables are */
export function reportingLocation({ reporting }: Config): ReportingLocation {
  if (!reporting)
    throw new ConfigError('Neither DATABASE_URL nor REPORTING_CLUSTER_ARN with REPORTING_SECRET_ARN is set');
  return reporting;
}

/** @throws ConfigError when the process was not told where the reporting tables are */
export function reportingDatabase(config: Config, patience: Patience): ReportingDatabase {
  const database = patient(connectReporting(reportingLocation(config), rdsData), patience);
  return {
    async rows(statement) {
      try {
        return await database.rows(statement);
      } catch (error) {
        // A caller is told that there are no reports now; why is for the log.
        logger.warn('reporting database', { error: failureOf(error) });
        throw error;
      }
    },
  };
}
