import { RDSDataClient } from '@aws-sdk/client-rds-data';

/** Longer than what a report may take: the Data API answers when the statement is done. */
const SETTINGS = { connectionTimeout: 1_000, requestTimeout: 20_000, throwOnRequestTimeout: true } as const;

export const rdsData = (): RDSDataClient => new RDSDataClient({ requestHandler: SETTINGS });
