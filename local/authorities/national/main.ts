import { parseArgs } from 'node:util';
import { startNationalApi } from '../national-api.ts';

/** The stand-in alone: `node local/authorities/national/main.ts --port 4600 --data .local/national` */
const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const api = await startNationalApi({
  ...(values.port !== undefined && { port: Number(values.port) }),
  ...(values.data !== undefined && { dataDir: values.data }),
});
process.stdout.write(`National API stand-in at ${api.url}\n`);
