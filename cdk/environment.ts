import { MOST_RECEIVES } from './constructs/queues.ts';
import { type Rights, WORKER_READS } from './functions.ts';
import { fileVariables, WORKER_FILES } from './own-files.ts';
import type { Resources } from './resources.ts';
import { variablesFor } from './rights.ts';
import type { Settings } from './settings.ts';

/** What every process of ours is told, and the names of what this one has a right to. */
export function environmentOf(
  settings: Settings,
  rights: Rights,
  resources: Partial<Resources>,
): Record<string, string> {
  const { national, functions, api } = settings;
  return {
    ENVIRONMENT: settings.environment,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    NATIONAL_ENVIRONMENT: national.environment,
    REGISTRATION_REQUIRED: String(functions.registrationRequired),
    MAX_DPS_NUMBER_JUMP: String(functions.maxDpsNumberJump),
    ...(api.origins.length > 0 && { CORS_ORIGINS: api.origins.join(',') }),
    ...variablesFor(rights, resources),
  };
}

/** What the worker is told besides. */
export function workerEnvironmentOf(
  settings: Settings,
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { national, worker } = settings;
  return {
    ...environment,
    ...fileVariables(settings, WORKER_READS, WORKER_FILES),
    NATIONAL_API_URL: national.url,
    NATIONAL_PARAMETERS_URL: national.parametersUrl,
    NATIONAL_SIGNATURE: national.signature,
    WORKER_MAX_RECEIVES: String(MOST_RECEIVES),
    WORKER_CONCURRENCY: String(worker.concurrency),
  };
}
