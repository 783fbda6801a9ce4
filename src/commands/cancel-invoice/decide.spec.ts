import { describe, it } from 'vitest';
import {
  cancelFailed,
  cancelled,
  cancelledUnsent,
  cancelRequested,
  companyCnpj,
  deferred,
  emitted,
  failed,
  issued,
} from '../../../test/invoices.ts';
import { given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import { invoiceIdFor } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import { decideCancel, NoteReplaced, NothingToCancel } from './decide.ts';

const cancel = (invoice: Invoice) => decideCancel({ ...cancelRequested.data, reasonCode: '2' } as never, invoice);

const replaced = event('Cancelled', {
  ...cancelled.data,
  replacedBy: { invoiceId: invoiceIdFor(companyCnpj, 'pedido-119'), nfseNumber: '102' },
});

describe('cancel an invoice', () => {
  it('asks the city hall to cancel what it issued', () =>
    given(emitted, issued).when(cancel).thenHappens(cancelRequested));
  it('is accepted before the city hall has answered', () => given(emitted).when(cancel).thenHappens(cancelRequested));
  it('is accepted while the city hall is down', () =>
    given(emitted, deferred).when(cancel).thenHappens(cancelRequested));
  it('asks once, however often it is asked', () => given(emitted, issued, cancelRequested).when(cancel).thenNothing());
  it('has nothing to say of what is cancelled', () =>
    given(emitted, issued, cancelRequested, cancelled).when(cancel).thenNothing());
  it('has nothing to say of what was cancelled before it was sent', () =>
    given(emitted, cancelRequested, cancelledUnsent).when(cancel).thenNothing());
  it('may be asked again after the city hall refused', () =>
    given(emitted, issued, cancelRequested, cancelFailed).when(cancel).thenHappens(cancelRequested));
  it('cannot cancel a note that another one replaced', () =>
    given(emitted, issued, cancelRequested, replaced).when(cancel).thenThrows(NoteReplaced));
  it('cannot cancel what was never issued', () => given(emitted, failed).when(cancel).thenThrows(NothingToCancel));
  it('cannot cancel what does not exist', () => given().when(cancel).thenThrows(NothingToCancel));
});
