import type { Tip } from '../events/commit.ts';
import type { Invoice } from '../events/invoice.ts';
import type { Answer } from './lambda.ts';
import { notFound } from './problem.ts';
import { etag, resource } from './resource.ts';

/**
 * 202 with the whole resource: the command is safe in the event store, the authority's answer is still to come. A replay gives the
 * resource as it is now, which tells the client more than the answer it missed.
 */
export function accepted(invoice: Invoice, tip: Tip, replayed: boolean): Answer {
  if (invoice.status === 'NONE') throw notFound();
  const version = tip.version - 1;
  return {
    status: 202,
    body: resource(invoice, version),
    headers: {
      location: `/invoices/${invoice.id}`,
      etag: etag(version),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
    },
  };
}
