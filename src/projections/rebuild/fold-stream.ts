import { START, type Tip, tipAfter } from '../../events/commit.ts';
import type { Stream } from '../../events/event-scan.ts';
import { verifyChain } from '../../events/hash-chain.ts';
import { type InvoiceId, ownerOf } from '../../events/ids.ts';
import { evolve, type Invoice, initialState, type LivingInvoice } from '../../events/invoice.ts';
import { upcast } from '../../events/upcasters.ts';

export interface FoldedStream {
  readonly invoice: LivingInvoice;
  readonly tip: Tip;
  readonly stream: Stream;
}

/**
 * A history that a projection must not be made of: an event cannot be folded, it names another company than the id's, or the chain does
 * not hold, and a row made of it would make the forgery the witness of itself. Nothing after it was rebuilt.
 */
export class CannotRebuild extends Error {
  override readonly name = 'CannotRebuild';
  readonly code = 'cannot-rebuild';
  readonly invoiceId: InvoiceId;
  /** Of the event that is to blame. */
  readonly version: number;
  constructor(invoiceId: InvoiceId, version: number, why: string, options?: ErrorOptions) {
    super(`${invoiceId}, versão ${version}: ${why}`, options);
    this.invoiceId = invoiceId;
    this.version = version;
  }
}

/**
 * The state that a whole stream leads to.
 *
 * @returns `undefined` for a stream without commits
 * @throws CannotRebuild naming the invoice and the first event that is wrong
 */
export function foldStream(stream: Stream): FoldedStream | undefined {
  const { invoiceId, commits } = stream;
  const chain = verifyChain(commits);
  if (!chain.intact) throw new CannotRebuild(invoiceId, chain.brokenAt, `a cadeia não confere (${chain.reason})`);
  let invoice: Invoice = initialState(invoiceId);
  for (const commit of commits) {
    for (const [index, event] of commit.events.entries()) {
      try {
        invoice = evolve(invoice, upcast(event));
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CannotRebuild(invoiceId, commit.version + index, `${event.id} (${event.type}): ${reason}`, { cause });
      }
    }
  }
  const last = commits.at(-1);
  if (!last || invoice.status === 'NONE') return undefined;
  if (ownerOf(invoiceId, invoice) === undefined)
    throw new CannotRebuild(invoiceId, START.version, 'o identificador não vem da empresa e do pedido que ela nomeia');
  return { invoice, tip: tipAfter(last), stream };
}
