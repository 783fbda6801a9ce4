import type { Commit, Tip } from '../../events/commit.ts';
import { read } from '../../events/event-store.ts';
import type { InvoiceEvent } from '../../events/event-types.ts';
import { type InvoiceId, ownerOf } from '../../events/ids.ts';
import type { LivingInvoice } from '../../events/invoice.ts';
import { upcast } from '../../events/upcasters.ts';
import { localTime } from '../../nfse/local-time.ts';
import { issDueTo } from '../../nfse/tax/iss.ts';
import { workOut } from '../../nfse/tax/work-out.ts';
import type { EventRecord, InvoiceRecord } from './schema.ts';

/** What the reporting tables hold of one invoice. */
export interface InvoiceRecords {
  readonly invoice: InvoiceRecord;
  readonly events: readonly EventRecord[];
}

/**
 * The stream names a company and a request that the invoice's id was not derived from: somebody edited it or made it up. Reports and
 * the feed would show it to that company, so it is projected for nobody.
 */
export class ForeignHistory extends Error {
  override readonly name = 'ForeignHistory';
  readonly code = 'foreign-history';
  constructor(invoiceId: InvoiceId) {
    super(`The id of invoice ${invoiceId} does not follow from the company and the request that its history names`);
  }
}

/**
 * The rows of an invoice. Pure, so that live, replay and rebuild give the same.
 *
 * @param commits the whole stream, or its beginning
 * @returns `undefined` for a stream without events
 * @throws UnreadableEvent, ImpossibleHistory, ForeignHistory
 */
export function recordsOf(invoiceId: InvoiceId, commits: readonly Commit[]): InvoiceRecords | undefined {
  const { invoice, tip } = read(invoiceId, commits);
  if (invoice.status === 'NONE') return undefined;
  if (ownerOf(invoiceId, invoice) === undefined) throw new ForeignHistory(invoiceId);
  const events = commits.flatMap((commit) =>
    commit.events.map((stored, index) => ({ commit, version: commit.version + index, event: upcast(stored) })),
  );
  const issuedAt = events.find(({ event }) => event.type === 'Issued')?.event.at;
  return {
    invoice: invoiceRecord(invoice, tip, issuedAt),
    events: events.map(({ commit, version, event }) => ({
      invoiceId,
      version,
      companyCnpj: invoice.companyCnpj,
      municipalityCode: invoice.municipalityCode,
      type: event.type,
      at: event.at,
      commitVersion: commit.version,
      committedAt: commit.at,
      commitHash: commit.hash,
      errorCode: rejectionIn(event),
    })),
  };
}

function invoiceRecord(invoice: LivingInvoice, tip: Tip, issuedAt: string | undefined): InvoiceRecord {
  const { inssWithheld = 0, irrfWithheld = 0, csrfWithheld = 0 } = invoice.federalTaxes ?? {};
  const { issBase, iss, issWithheld, net } = workOut(invoice);
  return {
    invoiceId: invoice.id,
    version: tip.version - 1,
    companyCnpj: invoice.companyCnpj,
    municipalityCode: invoice.municipalityCode,
    provider: invoice.provider,
    status: invoice.status,
    dpsSeries: invoice.dps.series,
    dpsNumber: invoice.dps.number,
    nfseNumber: invoice.note?.nfseNumber ?? null,
    accessKey: invoice.note?.accessKey ?? null,
    replaces: invoice.replaces?.accessKey ?? null,
    emittedAt: invoice.createdAt,
    emittedOn: dayOf(invoice.createdAt),
    issuedAt: issuedAt ?? null,
    issueMs: issuedAt === undefined ? null : Date.parse(issuedAt) - Date.parse(invoice.createdAt),
    updatedAt: invoice.updatedAt,
    competenceOn: invoice.competenceDate,
    competence: invoice.competenceDate.slice(0, 7),
    serviceCode: invoice.service.code,
    issMunicipality: issDueTo(invoice) ?? null,
    service: invoice.amounts.service,
    total: invoice.total,
    issBase: issBase ?? null,
    iss: iss ?? null,
    issWithheld: issWithheld ?? null,
    inssWithheld,
    irrfWithheld,
    csrfWithheld,
    net: net ?? null,
    errorCode: invoice.error?.code ?? null,
  };
}

/** Accountants read a day in Brasília's time. */
function dayOf(at: string): string {
  return localTime(Date.parse(at), '-03:00').slice(0, 10);
}

function rejectionIn(event: InvoiceEvent): string | null {
  return event.type === 'Failed' || event.type === 'CancelFailed' ? event.data.error.code : null;
}
