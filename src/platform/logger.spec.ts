import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logger } from './logger.ts';

const TRACE = '1-6b07915f-b594bd76e0be8efb5c681c35';
const written: string[] = [];

beforeEach(() => {
  vi.stubEnv('_X_AMZN_TRACE_ID', `Root=${TRACE};Parent=53995c3f42cd8ad8;Sampled=1`);
  const take = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  written.length = 0;
});

const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

describe('a line of the log', () => {
  it('is how bad, what, when, and what the step says: nothing else is paid for', () => {
    logger.info('events.append', { invoiceId: 'inv_1', wcu: 2 });
    expect(lines()).toEqual([{ level: 'INFO', message: 'events.append', timestamp, invoiceId: 'inv_1', wcu: 2 }]);
  });

  it('has the trace of its invocation when there is trouble', () => {
    logger.warn('projection waits', { delayed: 3 });
    logger.error('invoice parked', { invoiceId: 'inv_1' });
    expect(lines()).toEqual([
      { level: 'WARN', message: 'projection waits', timestamp, traceId: TRACE, delayed: 3 },
      { level: 'ERROR', message: 'invoice parked', timestamp, traceId: TRACE, invoiceId: 'inv_1' },
    ]);
  });

  it('keeps the trace that the step names itself', () => {
    logger.warn('dead letter discarded', { traceId: 'of the request' });
    expect(lines()).toMatchObject([{ traceId: 'of the request' }]);
  });

  it.each(['level', 'message', 'timestamp'])('keeps its %s, and says so, where a fact has that name', (name) => {
    logger.info('events.append', { [name]: 'of a fact', wcu: 2 });
    expect(lines()).toEqual([
      { level: 'WARN', message: expect.stringContaining(`"${name}"`), timestamp, traceId: TRACE },
      { level: 'INFO', message: 'events.append', timestamp, wcu: 2 },
    ]);
  });
});
