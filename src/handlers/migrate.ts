import { readConfig, required } from '../platform/config.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { connectReporting } from '../projections/reporting/connect.ts';
import { whileResuming } from '../projections/reporting/patience.ts';
import { rdsData } from './aws-clients.ts';
import { MIGRATION_PATIENCE, reportingLocation } from './reporting-deps.ts';

const config = readConfig();
const folder = required('MIGRATIONS_FOLDER', config.migrationsFolder);
const connection = connectReporting(reportingLocation(config), rdsData);

/**
 * Brings the reporting tables up to date, when a deployment asks for it. All migrations are one transaction, so that a deployment that
 * fails leaves the tables as they were, and one that is repeated does nothing twice.
 */
export async function handler(): Promise<void> {
  const started = performance.now();
  await whileResuming(
    () => connection.migrate(folder),
    MIGRATION_PATIENCE,
    (error) => logger.warn('the database is waking up', { error: failureOf(error) }),
  );
  logger.info('migrated', { durationMs: Math.round(performance.now() - started) });
}
