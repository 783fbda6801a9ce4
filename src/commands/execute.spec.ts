import { describe, expect, it } from 'vitest';
import { at, cancelRequested, deferred, draft, invoiceId, issued, meta } from '../../test/invoices.ts';
import { tipAfter } from '../events/commit.ts';
import type { Invoice } from '../events/invoice.ts';
import { memoryEventStore } from '../events/memory-event-store.ts';
import { execute, TooMuchContention } from './execute.ts';

const occasion = { at, meta };

/** A store in which somebody else commits first, each time we are about to. */
async function contested(rivals: number) {
  const store = memoryEventStore();
  const first = await store.append(draft());
  let loads = 0;
  let tip = tipAfter(first);
  let left = rivals;
  return {
    loads: () => loads,
    deps: {
      newCommitId: () => `ours-${left}`,
      events: {
        ...store,
        load: (...args: Parameters<typeof store.load>) => {
          loads++;
          return store.load(...args);
        },
        append: async (ours: Parameters<typeof store.append>[0]) => {
          if (left > 0) {
            const event = left === rivals ? issued : { ...cancelRequested };
            tip = tipAfter(await store.append(draft({ tip, events: [event], commitId: `theirs-${left}` })));
            left--;
          }
          return store.append(ours);
        },
      },
    },
  };
}

describe('a command', () => {
  it("that meets another's commit decides again on what that commit says, without a read", async () => {
    const { deps, loads } = await contested(1);
    const seen: string[] = [];
    const decide = (invoice: Invoice) => {
      seen.push(invoice.status);
      return invoice.status === 'ISSUED' ? [cancelRequested] : [issued];
    };
    const { invoice, tip } = await execute(deps, invoiceId, decide, occasion);
    expect(seen).toEqual(['EMITTED', 'ISSUED']);
    expect(invoice).toMatchObject({ status: 'CANCELLING' });
    expect(tip.version).toBe(4);
    expect(loads()).toBe(1);
  });

  it('with nothing new to say appends nothing', async () => {
    const { deps } = await contested(0);
    const { commit, tip } = await execute(deps, invoiceId, () => [], occasion);
    expect(commit).toBeUndefined();
    expect(tip.version).toBe(2);
  });

  it('gives up in an orderly way when it never comes first', async () => {
    const store = memoryEventStore();
    await store.append(draft());
    const events = {
      ...store,
      append: async (ours: Parameters<typeof store.append>[0]) => {
        await store.append({ ...ours, events: [deferred], commitId: `theirs-${ours.tip.version}` });
        return store.append(ours);
      },
    };
    const command = execute({ events, newCommitId: () => 'ours' }, invoiceId, () => [issued], occasion);
    await expect(command).rejects.toThrow(TooMuchContention);
  });
});
