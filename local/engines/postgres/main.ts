// PostgreSQL in one process: PGlite, to which `psql` and our functions connect. Started by the supervisor, which says where.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { withUnbrokenExchanges } from './unbroken-exchanges.ts';

const MOST_CONNECTIONS = 50;

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const database = await PGlite.create(values.data === undefined ? {} : { dataDir: values.data });
const server = new PGLiteSocketServer({
  db: withUnbrokenExchanges(database),
  host: '127.0.0.1',
  port: Number(values.port),
  maxConnections: MOST_CONNECTIONS,
});
await server.start();
process.send?.({ ready: true });

await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
await server.stop();
await database.close();
process.exit(0);
