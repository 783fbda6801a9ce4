import type { CancellationState, LivingInvoice } from '../events/invoice.ts';
import { type Cents, formatCents } from '../nfse/cents.ts';
import { emissionToJson } from './emission-request.ts';

/**
 * The invoice as the API gives it. Money in decimal strings, times in ISO 8601.
 *
 * @param version number of the last event: also the `ETag`
 */
export function resource(invoice: LivingInvoice, version: number): object {
  const { id, requestId, status, companyCnpj, municipalityCode, provider, dps, note, cancellation } = invoice;
  return {
    invoiceId: id,
    requestId,
    status,
    version,
    companyCnpj,
    municipalityCode,
    provider,
    dps,
    ...emissionToJson(invoice),
    total: formatCents(invoice.total as Cents),
    createdAt: invoice.createdAt,
    updatedAt: invoice.updatedAt,
    processedAt: invoice.processedAt,
    attempt: invoice.attempt,
    nextAttemptAt: invoice.nextAttemptAt,
    deferralReason: invoice.deferralReason,
    ...(note && {
      providerProtocol: note.providerProtocol,
      nfseNumber: note.nfseNumber,
      accessKey: note.accessKey,
      issuedAt: note.issuedAt,
    }),
    error: invoice.error,
    cancellation: cancellation && withoutKey(cancellation),
    links: { self: `/invoices/${id}`, events: `/invoices/${id}/events`, xml: `/invoices/${id}/xml` },
  };
}

/** Keys of documents are for `GET …/xml` to resolve. */
function withoutKey({ xmlKey: _, ...cancellation }: CancellationState): object {
  return cancellation;
}

/** The stream version as an entity tag. */
export const etag = (version: number): string => `"${version}"`;
