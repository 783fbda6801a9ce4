import { now } from '../platform/clock.ts';
import { VERSION } from '../platform/version.ts';
import { lambda } from './lambda.ts';

export const handler = lambda('ping', async () => ({
  status: 200,
  body: { service: 'nfse-ledger', version: VERSION, time: now().toISOString() },
}));
