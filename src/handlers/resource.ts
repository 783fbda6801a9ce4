import type { CancellationState, LivingInvoice } from '../events/invoice.ts';
import { type Cents, formatCents } from '../nfse/cents.ts';
import { workOut } from '../nfse/tax/work-out.ts';
import { type Warning, warningsOf } from '../nfse/warnings.ts';
import { emissionToJson } from './emission-json.ts';

/**
 * The invoice as the API gives it. Money in decimal strings, times in ISO 8601.
 *
 * @param version number of the last event: also the `ETag`
 */
export function resource(invoice: LivingInvoice, version: number): object {
  const { id, requestId, status, companyCnpj, municipalityCode, provider, route, dps, note, cancellation } = invoice;
  return {
    invoiceId: id,
    requestId,
    status,
    version,
    companyCnpj,
    municipalityCode,
    provider,
    route: { authority: route.authority, rule: route.rule },
    dps,
    ...emissionToJson(invoice),
    total: formatCents(invoice.total as Cents),
    taxes: taxes(invoice),
    warnings: warnings(invoice),
    createdAt: invoice.createdAt,
    updatedAt: invoice.updatedAt,
    processedAt: invoice.processedAt,
    attempt: invoice.attempt,
    nextAttemptAt: invoice.nextAttemptAt,
    deferralReason: invoice.deferralReason,
    protocol: invoice.protocol,
    ...(note && {
      providerProtocol: note.providerProtocol,
      nfseNumber: note.nfseNumber,
      accessKey: note.accessKey,
      verificationCode: note.verificationCode,
      issuedAt: note.issuedAt,
    }),
    error: invoice.error,
    cancellation: cancellation && withoutKey(cancellation),
    links: { self: `/invoices/${id}`, events: `/invoices/${id}/events`, xml: `/invoices/${id}/xml` },
  };
}

/** Whether the national system refuses for the city's sake is no question any more once it has answered. */
function warnings(invoice: LivingInvoice): readonly Warning[] {
  const { provider, route, rateLeftOut } = invoice;
  return warningsOf(invoice, {
    provider,
    rateLeftOut,
    ...(invoice.status === 'EMITTED' && { cityUnprepared: route.cityUnprepared }),
  });
}

/** Keys of documents are for `GET …/xml` to resolve. */
function withoutKey({ xmlKey: _, ...cancellation }: CancellationState): object {
  return cancellation;
}

/**
 * What the sale comes to by the fiscal rules, before the authority has said so. What depends on a rate that only the municipality
 * knows is left out.
 */
function taxes(invoice: LivingInvoice): object {
  const { issBase, iss, issWithheld, federallyWithheld, totalWithheld, net } = workOut(invoice);
  const known = Object.entries({ issBase, iss, issWithheld, federallyWithheld, totalWithheld, net });
  return Object.fromEntries(
    known.flatMap(([name, amount]) => (amount === undefined ? [] : [[name, formatCents(amount)]])),
  );
}

/** The stream version as an entity tag. */
export const etag = (version: number): string => `"${version}"`;
