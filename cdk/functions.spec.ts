import { describe, expect, it } from 'vitest';
import { functionNames as handlersWritten } from '../bundling/function-bundles.ts';
import { routes } from '../src/handlers/routes.ts';
import { type FUNCTIONS, functionNames, functionRow, WORKER_MAY } from './functions.ts';

describe('the functions that are deployed', () => {
  it('are the handlers that there are, and no others', async () =>
    expect([...functionNames].sort()).toEqual(await handlersWritten()));

  it('answer every route within what API Gateway waits for', () => {
    for (const { handler } of routes) {
      const row = functionRow(handler as keyof typeof FUNCTIONS);
      expect(row?.trigger.from, handler).toBe('api');
      expect(row.timeoutSeconds, handler).toBeLessThanOrEqual(29);
    }
  });

  it('never change or delete what is in EventsTable, nor does the worker', () => {
    for (const may of [WORKER_MAY, ...functionNames.map((name) => functionRow(name).may ?? {})]) {
      const actions = ('events' in may && may.events) || [];
      expect(['Query', 'PutItem', 'Scan']).toEqual(expect.arrayContaining([...actions]));
    }
  });

  it('read no secret of a company: the worker alone does', () => {
    const reading = functionNames.filter((name) => {
      const { certificates = [], cityLogins = [] } = functionRow(name).may ?? {};
      return [...certificates, ...cityLogins].includes('GetSecretValue');
    });
    expect(reading).toEqual([]);
    expect(WORKER_MAY.certificates).toEqual(['GetSecretValue']);
  });
});
