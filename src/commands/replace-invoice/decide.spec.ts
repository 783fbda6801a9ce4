import { describe, it } from 'vitest';
import {
  accessKey,
  cancelled,
  cancelRequested,
  companyCnpj,
  emitted,
  issued,
  requestId,
} from '../../../test/invoices.ts';
import { given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import { invoiceIdFor } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import { decideReplaced, NotTheReplacedNote, type Replacement } from './decide.ts';

const newKey = accessKey.replace('0000000000101', '0000000000102');
const replacement: Replacement = {
  companyCnpj,
  by: invoiceIdFor(companyCnpj, `${requestId}-corrigido`),
  nfseNumber: '102',
  accessKey: newKey,
  providerProtocol: `NFS${newKey}`,
  issuedAt: '2026-11-12T10:00:00-03:00',
  replaced: { accessKey, reasonCode: '99', reason: 'Correção do valor informado' },
};
const replace = (invoice: Invoice) => decideReplaced(replacement, invoice);

const replaced = event('Cancelled', {
  cancelledAt: replacement.issuedAt,
  protocol: `NFS${newKey}`,
  replacedBy: { invoiceId: replacement.by, nfseNumber: '102', accessKey: newKey },
});

describe('an invoice whose note was replaced', () => {
  it('is cancelled by the note in its place, and says which one that is', () =>
    given(emitted, issued)
      .when(replace)
      .thenHappens(
        event('CancelRequested', { by: replacement.by, reasonCode: '99', reason: 'Correção do valor informado' }),
        replaced,
      ));
  it('gives the reason where none was given', () =>
    given(emitted, issued)
      .when((invoice) => decideReplaced({ ...replacement, replaced: { accessKey, reasonCode: '01' } }, invoice))
      .thenHappens(
        event('CancelRequested', { by: replacement.by, reasonCode: '01', reason: 'Substituída pela NFS-e 102' }),
        replaced,
      ));
  it('whose cancellation was asked for is cancelled by that', () =>
    given(emitted, issued, cancelRequested).when(replace).thenHappens(replaced));
  it('has nothing to say when it is told again', () =>
    given(emitted, issued, cancelRequested, replaced).when(replace).thenNothing());
  it('stays cancelled as it was', () => given(emitted, issued, cancelRequested, cancelled).when(replace).thenNothing());
  it('must have that note', () => given(emitted).when(replace).thenThrows(NotTheReplacedNote));
  it('must exist', () => given().when(replace).thenThrows(NotTheReplacedNote));
  it('must be of the same company', () =>
    given(emitted, issued)
      .when((invoice) => decideReplaced({ ...replacement, companyCnpj: '12345678000195' }, invoice))
      .thenThrows(NotTheReplacedNote));
});
