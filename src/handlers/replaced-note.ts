import { type EventStore, read } from '../events/event-store.ts';
import { type InvoiceId, parseInvoiceId } from '../events/ids.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import { fail } from './request-fields.ts';

/** Who replaces a note: a company, by an invoice of its own. */
export interface Replacing {
  readonly companyCnpj: Cnpj;
  readonly invoiceId: InvoiceId;
}

/** A request with the replaced note's key in it, and that note's invoice where the request names it. */
export interface NamedReplacement {
  readonly request: Readonly<Record<string, unknown>>;
  readonly replaced?: LivingInvoice;
}

/**
 * An emission, or corrections of one, that name a replaced note by its invoice here, with that note's access key put in. The rest
 * of the request is as it came, and judged later.
 *
 * @param pointer where the parts stand in the request, for the errors
 * @throws Problem 422 for an invoice of another company, one without a note, and one whose note is replaced or cancelled already
 */
export async function withReplacedKey(
  events: Pick<EventStore, 'load'>,
  request: Readonly<Record<string, unknown>>,
  replacing: Replacing,
  pointer = '',
): Promise<NamedReplacement> {
  const { replaces } = request;
  if (typeof replaces !== 'object' || replaces === null || !('invoiceId' in replaces)) return { request };
  const at = `${pointer}/replaces/invoiceId`;
  const id = parseInvoiceId(replaces.invoiceId);
  if (!id || id === replacing.invoiceId) fail(at, 'replaced-invoice');
  const { invoice } = read(id, await events.load(id));
  // A foreign company's invoice is told apart from none by nobody.
  if (invoice.status === 'NONE' || invoice.companyCnpj !== replacing.companyCnpj) fail(at, 'replaced-invoice');
  const accessKey = invoice.note?.accessKey;
  if (accessKey === undefined) fail(at, 'replaced-invoice');
  // A request that is repeated finds the note replaced by itself.
  const gone = invoice.status === 'CANCELLED' && invoice.cancellation?.replacedBy?.invoiceId !== replacing.invoiceId;
  if (gone) fail(at, 'replaced-note');
  if ('accessKey' in replaces && replaces.accessKey !== accessKey)
    fail(`${pointer}/replaces/accessKey`, 'replaced-key');
  return { request: { ...request, replaces: { ...replaces, accessKey } }, replaced: invoice };
}

/** The invoice whose note an accepted emission replaces, which the emission names; `undefined` where it names none. */
export async function replacedInvoice(
  events: Pick<EventStore, 'load'>,
  { replaces }: Pick<LivingInvoice, 'replaces'>,
): Promise<LivingInvoice | undefined> {
  const id = parseInvoiceId(replaces?.invoiceId);
  if (!id) return undefined;
  const { invoice } = read(id, await events.load(id));
  return invoice.status === 'NONE' ? undefined : invoice;
}
