import { describe, expect, it } from 'vitest';
import { accessKey, at, cancelRequested, companyCnpj, emitted, invoiceId, issued, meta } from '../../test/invoices.ts';
import { note, rejected, type Script, work, worker } from '../../test/scripted-worker.ts';
import { NotTheReplacedNote } from '../commands/replace-invoice/decide.ts';
import { START, tipAfter } from '../events/commit.ts';
import { read } from '../events/event-store.ts';
import { event, type NewEvent } from '../events/event-types.ts';
import { invoiceIdFor } from '../events/ids.ts';

describe('a note that takes the place of another', () => {
  const replacedId = invoiceIdFor(companyCnpj, 'pedido-117');
  const replaces = {
    accessKey,
    invoiceId: replacedId,
    reasonCode: '99',
    reason: 'Correção do valor informado',
  } as const;
  const replacing = event('Emitted', { ...emitted.data, replaces });
  const newNote = { ...note, nfseNumber: '102', accessKey: accessKey.replace('101261', '102261') };

  /** A worker over the replacing invoice, and the history of the one whose note is replaced. */
  async function withReplaced(history: readonly NewEvent[], authority: Script) {
    const over = await worker(history, authority);
    const replaced = async () => read(replacedId, await over.events.load(replacedId)).invoice;
    let tip = START;
    for (const [index, happened] of [emitted, issued].entries()) {
      const commitId = `replaced-${index}`;
      tip = tipAfter(await over.events.append({ invoiceId: replacedId, tip, events: [happened], meta, at, commitId }));
    }
    return { ...over, replaced };
  }

  it('has the invoice of that one say what became of it', async () => {
    const { handle, calls, replaced } = await withReplaced([replacing], {
      issue: [{ kind: 'issued', note: newNote }],
    });
    await handle({ ...work, origin: 'retry' });
    expect(calls).toEqual(['issue']);
    expect(await replaced()).toMatchObject({
      status: 'CANCELLED',
      cancellation: { reasonCode: '99', replacedBy: { invoiceId, nfseNumber: '102', accessKey: newNote.accessKey } },
    });
  });

  it('is cancelled itself, though the one that it named cannot be told', async () => {
    const named = event('Emitted', { ...replacing.data, replaces: { ...replaces, accessKey: newNote.accessKey } });
    const { handle, invoice } = await withReplaced([named, issued, cancelRequested], {
      cancel: [{ kind: 'cancelled', protocol: 'EVT1', cancelledAt: at }],
    });
    await expect(handle({ ...work, operation: 'cancel', origin: 'cancellation' })).rejects.toThrow(NotTheReplacedNote);
    expect(await invoice()).toMatchObject({ status: 'CANCELLED' });
  });

  it('leaves it alone while there is none', async () => {
    const { handle, replaced } = await withReplaced([replacing], { issue: [rejected] });
    await handle({ ...work, origin: 'retry' });
    expect(await replaced()).toMatchObject({ status: 'ISSUED' });
  });

  it('is told by the next delivery where the first died in between, and once', async () => {
    const { handle, events, replaced, calls } = await withReplaced([replacing, issued], {});
    await handle({ ...work, origin: 'emission' }, { receiveCount: 2 });
    expect(await replaced()).toMatchObject({ status: 'CANCELLED' });
    const commits = await events.load(replacedId);
    await handle({ ...work, origin: 'emission' }, { receiveCount: 3 });
    expect(await events.load(replacedId)).toEqual(commits);
    expect(calls).toEqual([]);
  });
});
