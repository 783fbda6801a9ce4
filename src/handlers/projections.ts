import * as z from 'zod/mini';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { type InvoiceId, parseInvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { lagOf } from '../projections/lag.ts';
import { dynamoDbProjectionsTable, PROJECTIONS, type Projection } from '../projections/projections-table.ts';
import { type ReplayDeps, type Replayed, replay } from '../projections/replay.ts';
import { checkEveryCompany } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { invoicesProjection } from './invoices-projection.ts';
import { type Answer, type Call, lambda } from './lambda.ts';
import { Problem } from './problem.ts';
import { CALLER_PATIENCE, reportingDatabase } from './reporting-deps.ts';
import { reportingProjection } from './reporting-projection.ts';
import { readBody } from './request-body.ts';
import { fail, field, parse } from './request-fields.ts';

const config = readConfig();
const client = dynamoDb();
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const database = reportingDatabase(config, CALLER_PATIENCE);

const table = (projection: Projection) => dynamoDbProjectionsTable(client, config.tables.projections, projection);
const deps: Readonly<Record<Projection, ReplayDeps>> = {
  invoices: { events, table: table('invoices'), project: invoicesProjection(config, client) },
  reporting: { events, table: table('reporting'), project: reportingProjection(config, client, database) },
};

/** Shown of what is parked; and replayed in a call, so that it ends in time. */
const MOST_SHOWN = 50;
const MOST_REPLAYED = 100;

const ReplayRequest = z.strictObject({
  invoiceIds: z.optional(
    z
      .array(z.string().check(z.refine((id) => parseInvoiceId(id) !== undefined, field('invoice-id'))))
      .check(z.minLength(1), z.maxLength(MOST_REPLAYED)),
  ),
  all: z.optional(z.literal(true)),
});

export const Bodies = { '/projections/{projection}/replay': ReplayRequest };

/** `GET /projections`: how far each is, and what is parked. `POST /projections/{projection}/replay`: projects again. */
export const handler = lambda('projections', async (call) => {
  checkEveryCompany(call.caller, 'As projeções são');
  return call.event.httpMethod === 'POST' ? replayed(call) : shown(call.now);
});

async function shown(now: Date): Promise<Answer> {
  const [invoices, reporting] = await Promise.all([deps.invoices.table.progress(), deps.reporting.table.progress()]);
  const progress = { invoices, reporting };
  const projections = await Promise.all(
    PROJECTIONS.map(async (projection) => {
      const [count, { rows, more }] = await Promise.all([
        deps[projection].table.countParked(),
        deps[projection].table.parked(MOST_SHOWN),
      ]);
      return {
        projection,
        ...lagOf(projection, progress, now),
        ...progress[projection],
        parked: { count, invoices: rows, more },
      };
    }),
  );
  return { status: 200, body: { projections } };
}

async function replayed(call: Call): Promise<Answer> {
  const projection = PROJECTIONS.find((name) => name === call.event.pathParameters?.projection);
  if (!projection) throw projectionNotFound();
  const request = parse(ReplayRequest, readBody(call.event));
  if ((request.invoiceIds === undefined) === (request.all === undefined)) fail('/invoiceIds', 'one-selection');
  const { rows, more } = request.all ? await deps[projection].table.parked(MOST_REPLAYED) : { rows: [], more: false };
  const ids = (request.invoiceIds as readonly InvoiceId[] | undefined) ?? rows.map(({ invoiceId }) => invoiceId);
  const results = await replay(deps[projection], ids, call.now);
  const counts = { projected: 0, parked: 0, delayed: 0, unknown: 0 };
  for (const { outcome } of results) counts[outcome]++;
  call.note({ projection, actor: call.caller.name, ...counts });
  return { status: 200, body: { projection, ...counts, results: results.map(resultToJson), more } };
}

function resultToJson({ invoiceId, outcome, error }: Replayed): object {
  return {
    invoiceId,
    outcome,
    ...(error ? { error: { name: error.name, message: error.message.slice(0, 500) } } : {}),
  };
}

const projectionNotFound = (): Problem =>
  new Problem({
    status: 404,
    code: 'projection-not-found',
    title: 'Projeção não encontrada',
    detail: `As projeções são: ${PROJECTIONS.join(', ')}.`,
  });
