// A hundred lines a unit, so that the figure has digits.
import { logger } from '../../src/platform/logger.ts';
import { logMetrics } from '../../src/platform/metrics.ts';
import { report } from './load.ts';

const LINES = 100;
const facts = { invoiceId: 'inv_1', messageId: 'message', receiveCount: 1, waitedMs: 12, durationMs: 20 };
const dimensions = { municipalityCode: '3106200' };
const at = new Date();

const line =
  process.argv[2] === 'a log line'
    ? () => logger.info('handled', { ...facts, ...dimensions, TimeToIssue: 234 })
    : () => logMetrics({ message: 'handled', facts, metrics: { TimeToIssue: [234, 'Milliseconds'] }, at, dimensions });

await report(async () => {
  for (let count = 0; count < LINES; count++) line();
}, 1);
