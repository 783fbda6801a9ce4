import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  index,
  integer,
  pgSchema,
  pgSequence,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

/**
 * The reporting tables, in a schema of their own: one name for the live ones, another for those that a rebuild fills beside them.
 * Nothing about customers is kept: no report asks who bought. Amounts are integer centavos, `null` where only the authority knows.
 */
export function reportingTables(schemaName: string) {
  const schema = pgSchema(schemaName);
  const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'string' });
  const centavos = (name: string) => bigint(name, { mode: 'number' });

  /** One row an invoice: its state after the event numbered `version`. */
  const invoices = schema.table(
    'invoices',
    {
      invoiceId: text('invoice_id').primaryKey(),
      version: integer('version').notNull(),
      companyCnpj: text('company_cnpj').notNull(),
      municipalityCode: text('municipality_code').notNull(),
      provider: text('provider').notNull(),
      status: text('status').notNull(),
      dpsSeries: text('dps_series').notNull(),
      dpsNumber: bigint('dps_number', { mode: 'number' }).notNull(),
      nfseNumber: text('nfse_number'),
      accessKey: text('access_key'),
      /** Access key of the note that this one takes the place of. */
      replaces: text('replaces'),
      emittedAt: moment('emitted_at').notNull(),
      /** The day of `emittedAt` in São Paulo. */
      emittedOn: date('emitted_on').notNull(),
      /** When the note became known here, and how long after the emission that was. `null` without a note. */
      issuedAt: moment('issued_at'),
      issueMs: bigint('issue_ms', { mode: 'number' }),
      updatedAt: moment('updated_at').notNull(),
      competenceOn: date('competence_on').notNull(),
      /** Its month, `YYYY-MM`: grouping by it costs a third of grouping by what is made of the date. */
      competence: text('competence').notNull(),
      serviceCode: text('service_code').notNull(),
      /** To which municipality the ISS is due; `null` when to none. */
      issMunicipality: text('iss_municipality'),
      service: centavos('service').notNull(),
      total: centavos('total').notNull(),
      issBase: centavos('iss_base'),
      iss: centavos('iss'),
      issWithheld: centavos('iss_withheld'),
      inssWithheld: centavos('inss_withheld').notNull(),
      irrfWithheld: centavos('irrf_withheld').notNull(),
      csrfWithheld: centavos('csrf_withheld').notNull(),
      net: centavos('net'),
      /** Of the rejection that the invoice stands at. */
      errorCode: text('error_code'),
    },
    (table) => [
      // With the numbers, so that those of a period are known from the index alone.
      index('invoices_by_company_day').on(table.companyCnpj, table.emittedOn, table.dpsSeries, table.dpsNumber),
      index('invoices_by_day').on(table.emittedOn),
      index('invoices_by_company_competence').on(table.companyCnpj, table.competenceOn),
      index('invoices_by_competence').on(table.competenceOn),
      index('invoices_by_number').on(table.companyCnpj, table.dpsSeries, table.dpsNumber),
      index('invoices_by_number_without_note')
        .on(table.companyCnpj, table.dpsSeries, table.dpsNumber)
        .where(sql`issued_at is null`),
      index('invoices_by_replaced').on(table.replaces).where(sql`replaces is not null`),
    ],
  );

  /** One row an event: what the feed gives in its order, what a day's seal is made of, and what was rejected. */
  const invoiceEvents = schema.table(
    'invoice_events',
    {
      invoiceId: text('invoice_id').notNull(),
      version: integer('version').notNull(),
      companyCnpj: text('company_cnpj').notNull(),
      municipalityCode: text('municipality_code').notNull(),
      type: text('type').notNull(),
      at: moment('at').notNull(),
      /** The commit that it came in: number of its first event, time, hash. */
      commitVersion: integer('commit_version').notNull(),
      committedAt: moment('committed_at').notNull(),
      commitHash: text('commit_hash').notNull(),
      /** Of a rejection of the emission or of a cancellation. */
      errorCode: text('error_code'),
      /** Place in the feed: grows in the order in which rows become visible, with holes. */
      position: bigint('position', { mode: 'number' }).notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.invoiceId, table.version] }),
      uniqueIndex('invoice_events_by_position').on(table.position),
      index('invoice_events_by_company_position').on(table.companyCnpj, table.position),
      index('invoice_events_by_commit_time').on(table.committedAt),
      index('invoice_events_by_rejection').on(table.companyCnpj, table.at).where(sql`error_code is not null`),
    ],
  );

  return { schema, invoices, invoiceEvents };
}

export type ReportingTables = ReturnType<typeof reportingTables>;
export type InvoiceRecord = ReportingTables['invoices']['$inferInsert'];
/** An event before it has a place in the feed. */
export type EventRecord = Omit<ReportingTables['invoiceEvents']['$inferInsert'], 'position'>;

/** The name of the live schema, which readers and the projector use. */
export const LIVE_SCHEMA = 'reporting';

/**
 * What the live schema is called in the state of the projection while it is the first one. The live one is always {@link LIVE_SCHEMA};
 * the others bear the names that they were made with, and the live one gets its own back when it is switched away from.
 */
export const FIRST_SCHEMA = 'reporting_1';

export const live: ReportingTables = reportingTables(LIVE_SCHEMA);

/** Gives positions in the feed. Outside the schema, so that cursors outlive a rebuild that takes over the positions given. */
export const feedPosition = pgSequence('reporting_feed_position');

// What drizzle-kit makes migrations of.
export const { schema: liveSchema, invoices: liveInvoices, invoiceEvents: liveInvoiceEvents } = live;
