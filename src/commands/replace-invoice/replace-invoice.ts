import { parseInvoiceId } from '../../events/ids.ts';
import type { LivingInvoice } from '../../events/invoice.ts';
import { type ExecuteDeps, execute, type Occasion } from '../execute.ts';
import { decideReplaced } from './decide.ts';

/**
 * Tells the invoice of a replaced note what became of it, where that note was issued here. Told twice it is written once, so that
 * whoever finds the new note issued may tell it again.
 *
 * @param invoice of the new note
 * @throws NotTheReplacedNote, TooMuchContention
 */
export async function tellReplaced(deps: ExecuteDeps, invoice: LivingInvoice, occasion: Occasion): Promise<void> {
  const { id: by, companyCnpj, note, replaces } = invoice;
  const replacedId = parseInvoiceId(replaces?.invoiceId);
  if (!note || !replaces || !replacedId) return;
  const { nfseNumber, accessKey, providerProtocol, issuedAt } = note;
  const replacement = { companyCnpj, by, nfseNumber, accessKey, providerProtocol, issuedAt, replaced: replaces };
  await execute(deps, replacedId, (current) => decideReplaced(replacement, current), occasion);
}
