import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { draft, invoiceId, newEmission } from '../../../test/invoices.ts';
import { commitOf } from '../../events/commit.ts';
import { event } from '../../events/event-types.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import { connectReporting } from './connect.ts';
import { DatabaseUnavailable } from './database.ts';
import { projectReporting } from './project-reporting.ts';
import { live, reportingTables } from './schema.ts';

const commit = commitOf(draft());
const announced = new Map([[invoiceId, [commit]]]);
const events = memoryEventStore();
const noDataApi = () => {
  throw new Error('A PostgreSQL with a URL needs no Data API');
};

describe('projecting into PostgreSQL', () => {
  it('waits for a database that is not there, and parks nothing for it', async () => {
    const database = connectReporting({ url: 'postgres://postgres@127.0.0.1:1/postgres' }, noDataApi);
    const { spoiled, delayed } = await projectReporting({ events, database, tables: live }, announced);
    expect(spoiled).toEqual([]);
    expect(delayed).toEqual([{ invoiceId, error: expect.objectContaining({ code: 'database-unavailable' }) }]);
    await database.close();
  });

  it('waits for an event store that does not answer', async () => {
    const broken = { ...events, load: () => Promise.reject(Object.assign(new Error('throttled'), { $metadata: {} })) };
    const later = { ...commit, version: 2, next: 3 };
    const database = { rows: async () => [] };
    const outcome = await projectReporting({ events: broken, database, tables: live }, new Map([[invoiceId, [later]]]));
    expect(outcome).toEqual({ spoiled: [], delayed: [{ invoiceId, error: expect.any(Error) }] });
  });

  it('parks what cannot be read, and asks the database nothing', async () => {
    const spoiled = { ...commit, events: commit.events.map((event) => ({ ...event, type: 'Teleported' })) };
    const database = { rows: () => Promise.reject(new Error('asked')) };
    const outcome = await projectReporting({ events, database, tables: live }, new Map([[invoiceId, [spoiled]]]));
    expect(outcome).toEqual({
      spoiled: [{ invoiceId, error: expect.objectContaining({ code: 'unreadable-event' }) }],
      delayed: [],
    });
  });

  it('parks a history of another company than its id was derived from, as announced and as read, and writes nothing', async () => {
    const { emitted } = newEmission('pedido-119');
    const foreign = [emitted, event('Emitted', { ...emitted.data, companyCnpj: '12345678000195' })];
    const database = { rows: () => Promise.reject(new Error('asked')) };
    for (const first of foreign) {
      const commits = [commitOf(draft({ events: [first] }))];
      for (const signal of [commits, []]) {
        const store = { ...events, load: async () => commits };
        const deps = { events: store, database, tables: live };
        expect(await projectReporting(deps, new Map([[invoiceId, signal]]))).toEqual({
          spoiled: [{ invoiceId, error: expect.objectContaining({ code: 'foreign-history' }) }],
          delayed: [],
        });
      }
    }
  });

  it('comes again when the names changed while it waited to write, so that the new live tables have it too', async () => {
    const holds = new Map([
      ['old', 0],
      ['new', 0],
    ]);
    const schemas = new Map([
      ['reporting', 'old'],
      ['reporting_2', 'new'],
    ]);
    let beside = ['reporting_2'];
    let switching = true;
    const database = {
      async rows(statement: SQL) {
        const [, name = ''] = /insert into "(\w+)"/.exec(new PgDialect().sqlToQuery(statement).sql) ?? [];
        const written = schemas.get(name);
        if (written === undefined) throw new DatabaseUnavailable(new Error(`schema ${name} does not exist`));
        holds.set(written, 1);
        if (switching) {
          switching = false;
          schemas.clear();
          schemas.set('reporting_1', 'old').set('reporting', 'new');
          beside = ['reporting_1'];
        }
        return [];
      },
    };
    const deps = { events, database, tables: live, beside: async () => beside.map(reportingTables) };
    const { delayed } = await projectReporting(deps, announced);
    expect(delayed).toEqual([{ invoiceId, error: expect.any(DatabaseUnavailable) }]);
    expect(await projectReporting(deps, announced)).toEqual({ spoiled: [], delayed: [] });
    expect([...holds.values()]).toEqual([1, 1]);
  });
});
