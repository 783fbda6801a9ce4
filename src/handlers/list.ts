import * as z from 'zod/mini';
import { ownerOf, parseInvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import type { ListFilter, ListPosition } from '../projections/invoice-list.ts';
import { fromRow } from '../projections/invoice-row.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { type Caller, mayAccess } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { cnpj, municipality } from './emission-fields.ts';
import { lambda } from './lambda.ts';
import { badRequest, forbidden } from './problem.ts';
import { fail, field, fieldError, parse, wholeNumber } from './request-fields.ts';
import { resource } from './resource.ts';

const config = readConfig();
const invoices = liveInvoices({
  client: dynamoDb(),
  tables: config.tables,
  freshSeconds: config.projectionPointerSeconds,
  nowMs: Date.now,
});

/** A day is meant in Brasília's time, which is also how accountants read a period. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], field('date-time'));

export const Query = z.strictObject({
  companyCnpj: z.optional(cnpj),
  status: z.optional(z.enum(['EMITTED', 'ISSUED', 'FAILED', 'CANCELLING', 'CANCELLED'])),
  municipalityCode: z.optional(municipality),
  from: z.optional(moment),
  to: z.optional(moment),
  limit: z._default(wholeNumber(1, 100), 20),
  cursor: z.optional(z.string()),
});

export const handler = lambda('list', async (call) => {
  const query = parse(Query, call.event.queryStringParameters ?? {}, '/query');
  const companyCnpj = companyOf(call.caller, query.companyCnpj);
  call.note({ companyCnpj });
  const filter = {
    companyCnpj,
    ...(query.status ? { status: query.status } : {}),
    ...(query.municipalityCode ? { municipalityCode: query.municipalityCode } : {}),
    ...(query.from ? { from: utc(query.from, '00:00:00.000') } : {}),
    ...(query.to ? { to: utc(query.to, '23:59:59.999') } : {}),
  };
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) fail('/query/to', 'period');
  const after = query.cursor === undefined ? undefined : positionIn(query.cursor, filter);
  const { rows, next } = await invoices.list(filter, query.limit, after);
  return {
    status: 200,
    body: {
      // An edited row may name this company without being its invoice.
      items: rows
        .filter((row) => ownerOf(row.invoiceId, row) === companyCnpj)
        .map((row) => resource(fromRow(row).invoice, row.version)),
      ...(next ? { nextCursor: cursorAt(next, companyCnpj) } : {}),
    },
  };
});

/** A list is of one company: the one asked for, or the caller's only one. */
function companyOf(caller: Caller, asked: string | undefined): string {
  if (asked !== undefined) {
    if (mayAccess(caller, asked)) return asked;
    throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');
  }
  const [only, ...others] = caller.companies === '*' ? [] : caller.companies;
  return only !== undefined && others.length === 0 ? only : fail('/query/companyCnpj', 'required');
}

function utc(value: string, timeOfDay: string): string {
  const time = new Date(DAY.test(value) ? `${value}T${timeOfDay}-03:00` : value).toISOString();
  // The last hours of the year 9999 are in the next one, which ISO 8601 writes with a sign and sorts first.
  return time.startsWith('+') ? '9999-12-31T23:59:59.999Z' : time;
}

/** Opaque to clients; bound to the company, so that a cursor never leads into another tenant's rows. */
function cursorAt({ invoiceId, createdAt }: ListPosition, companyCnpj: string): string {
  return Buffer.from(JSON.stringify([companyCnpj, createdAt, invoiceId]), 'utf8').toString('base64url');
}

function positionIn(cursor: string, { companyCnpj, from = '0', to = '~' }: ListFilter): ListPosition {
  const [company, createdAt, id] = decoded(cursor);
  const invoiceId = parseInvoiceId(id);
  if (
    company === companyCnpj &&
    invoiceId &&
    typeof createdAt === 'string' &&
    z.iso.datetime().safeParse(createdAt).success &&
    createdAt >= from &&
    createdAt <= to
  ) {
    return { invoiceId, createdAt };
  }
  throw badRequest('invalid-cursor', 'O cursor não é válido para esta consulta; veja errors.', [
    fieldError('/query/cursor', 'cursor'),
  ]);
}

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor.slice(0, 500), 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
