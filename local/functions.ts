// One process that stands for Lambda: the API's functions behind the gateway, the projectors behind the stream, the reconciler,
// the sealing and the archive behind their schedules. Started by the supervisor, which sets its environment and says where it listens.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { routes } from '../src/handlers/routes.ts';
import { tokenCheck } from './api-gateway/access.ts';
import { startApiGateway } from './api-gateway/server.ts';
import { apiKeyFile } from './api-key.ts';
import { publicKeysFile } from './engines/openid/installation.ts';
import { type Handler, invoke } from './lambda.ts';
import { startProjectorPumps } from './projector-pumps.ts';
import { startSchedule } from './schedule.ts';

const FIFTEEN_MINUTES_MS = 900_000;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string' },
    issuer: { type: 'string' },
    /** Folder of bundles to run instead of the sources. */
    bundles: { type: 'string' },
  },
});
const dataDir = values.data ?? '';

const log = (message: string, error: unknown, facts: object = {}) => {
  const reason = error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
  process.stderr.write(
    `${JSON.stringify({ level: 'ERROR', service: 'local-functions', message, ...reason, ...facts })}\n`,
  );
};

async function handlerOf(name: string): Promise<Handler> {
  const file = values.bundles === undefined ? `../src/handlers/${name}.ts` : join(values.bundles, `${name}.mjs`);
  const module = (await import(file)) as { readonly handler: Handler };
  return module.handler;
}

const caller = (name: string, handler: Handler) => (event: unknown) =>
  invoke(handler, event, {
    functionName: `nfse-ledger-${name}`,
    awsRequestId: randomUUID(),
    timeoutMs: FIFTEEN_MINUTES_MS,
  });

const [projector, reportingProjector, reconcile, seal, archive, ...api] = await Promise.all(
  ['projector', 'reporting-projector', 'reconcile', 'seal', 'archive', ...routes.map((route) => route.handler)].map(
    handlerOf,
  ),
);
if (!projector || !reportingProjector || !reconcile || !seal || !archive) throw new Error('A handler is missing');
const keys = JSON.parse(await readFile(publicKeysFile(join(dataDir, 'openid')), 'utf8')) as Jwks;

const gateway = await startApiGateway({
  port: Number(values.port),
  routes,
  handlers: Object.fromEntries(routes.flatMap((route, place) => (api[place] ? [[route.handler, api[place]]] : []))),
  // One key without limits: a machine of one's own has nobody to leave a share to.
  clients: [{ name: 'default', key: (await readFile(apiKeyFile(dataDir), 'utf8')).trim() }],
  checkToken: tokenCheck(values.issuer ?? '', keys),
  onFailure: (error, requestId) => log('a function failed', error, { requestId }),
});

const pumps = startProjectorPumps({
  dataDir,
  invoices: caller('projector', projector),
  reporting: caller('reporting-projector', reportingProjector),
  onTrouble: (error, name) => log('the stream could not be read; trying again', error, { function: name }),
});

const schedule = startSchedule({
  rule: 'nfse-ledger-reconcile',
  everySeconds: Number(process.env.RECONCILE_EVERY_SECONDS) || 5,
  call: caller('reconcile', reconcile),
  onFailure: (error) => log('the reconciler failed', error),
});

const sealing = startSchedule({
  rule: 'nfse-ledger-seal',
  everySeconds: Number(process.env.SEAL_EVERY_SECONDS) || 60,
  call: caller('seal', seal),
  onFailure: (error) => log('the sealing failed', error),
});

const archiving = startSchedule({
  rule: 'nfse-ledger-archive',
  everySeconds: Number(process.env.ARCHIVE_EVERY_SECONDS) || 300,
  call: caller('archive', archive),
  onFailure: (error) => log('the archiving failed', error),
});

process.once('SIGTERM', async () => {
  await gateway.stop();
  await Promise.all([pumps.stop(), schedule.stop(), sealing.stop(), archiving.stop()]);
  process.exit(0);
});
process.send?.({ ready: gateway.url });
