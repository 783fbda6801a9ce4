import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { end, ended, startChild } from '../../local/child.ts';
import { localDynamoDb, startDynamoDb } from '../../local/engines/dynamodb.ts';
import { createTables, defaultTableNames, type TableNames } from '../../local/engines/tables.ts';
import { childEnvironment } from '../../local/environment.ts';
import { findJava } from '../../local/java.ts';
import { lastLines } from '../../local/log-tail.ts';
import { portNear } from '../../local/ports.ts';
import { didNotStart } from '../../local/stack-error.ts';
import type { Teardown } from '../../local/teardown.ts';
import type { Projected } from './projectors.ts';

const STOP_MS = 10_000;

export interface LedgerEnginesOptions {
  /** A folder of its own, for logs and places in the stream. */
  readonly dataDir: string;
  /** What is started is added here. */
  readonly running: Teardown;
  /** Told while something has to be fetched first. */
  readonly say: (line: string) => void;
}

/** The tables of a ledger on a DynamoDB of their own, in memory, with the projectors and nothing else: no API, worker or authority. */
export interface LedgerEngines {
  readonly client: DynamoDBDocumentClient;
  readonly tables: TableNames;
  /** Of processes that work on these tables. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Starts the projectors on the stream of EventsTable, in a process of their own as the local stack has them.
   *
   * @param databaseUrl PostgreSQL with the reporting tables; without it the projector of InvoicesTable alone is started
   */
  projectors(onProjected: (projected: Projected) => void, databaseUrl?: string): Promise<ChildProcess>;
}

export async function startLedgerEngines({ dataDir, running, say }: LedgerEnginesOptions): Promise<LedgerEngines> {
  const engine = await startDynamoDb({ java: await findJava(say), port: await portNear(undefined) });
  running.add(engine.stop, () => engine.process.kill('SIGKILL'));
  const client = localDynamoDb(engine.endpoint);
  await createTables(client);
  const environment = {
    AWS_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: engine.endpoint,
    EVENTS_TABLE: defaultTableNames.events,
    PROJECTION_POINTER_SECONDS: '1',
    POWERTOOLS_LOG_LEVEL: 'WARN',
  };
  return {
    client,
    tables: defaultTableNames,
    environment,
    async projectors(onProjected, databaseUrl) {
      const logFile = join(dataDir, 'projectors.log');
      const child = await startChild({
        script: 'test/stack/projectors.ts',
        args: ['--data', dataDir, ...(databaseUrl === undefined ? [] : ['--reporting'])],
        env: childEnvironment(
          databaseUrl === undefined ? environment : { ...environment, DATABASE_URL: databaseUrl },
          process.env,
        ),
        logFile,
      });
      running.add(
        () => end(child, STOP_MS),
        () => child.kill('SIGKILL'),
      );
      const ready = new Promise<true>((resolve) => {
        child.on('message', (message: Projected | 'ready') =>
          message === 'ready' ? resolve(true) : onProjected(message),
        );
      });
      const outcome = await Promise.race([ready, ended(child)]);
      if (outcome !== true) throw didNotStart('The process of the projectors', outcome, await lastLines(logFile));
      return child;
    },
  };
}
