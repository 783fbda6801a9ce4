import { DeleteCommand, GetCommand, NumberValue, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Finding } from '../src/audit/verify-stream.ts';
import type { Item } from '../src/aws/document-client.ts';
import { type Commit, commitOf, hashOf, START, tipAfter } from '../src/events/commit.ts';
import { commitItem } from '../src/events/dynamodb-commit.ts';
import { read } from '../src/events/event-store.ts';
import type { NewEvent } from '../src/events/event-types.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { cancelled, cancelRequested, deferred, draft, emitted, issued } from './invoices.ts';
import type { ownLedger } from './stack/own-ledger.ts';

/** What happened to each invoice that is touched: a commit an event. */
export const STORY = [emitted, deferred, issued, cancelRequested, cancelled];

/** A way to touch what is stored, and what an auditor has to find. */
export interface Touch {
  readonly title: string;
  readonly touch: (
    invoiceId: InvoiceId,
    commits: readonly [Commit, Commit, Commit, Commit, Commit],
  ) => Promise<unknown>;
  readonly found: readonly Located[];
  /** The same where the day is sealed afterwards; left out, everything that the seal does not tell. */
  readonly foundBeforeSeal?: readonly Located[];
}

/** What a finding says at least: what is wrong, and at which version. */
export type Located = Partial<Finding> & Pick<Finding, 'kind' | 'version'>;

const ROW_EDITS = [
  { title: 'the status of the row edited', edit: { status: 'ISSUED' }, members: ['status'] },
  { title: 'the total of the row edited', edit: { total: 1 }, members: ['total'] },
  { title: 'the company of the row edited', edit: { companyCnpj: '12345678000195' }, members: ['companyCnpj'] },
  {
    title: 'the row put among those that are searched for what is due',
    edit: { dueShard: '0', dueAt: '2030-01-01T00:00:00.000Z' },
    members: ['dueAt', 'dueShard'],
  },
];

/**
 * Ways to touch a history in the tables, by whoever may write there.
 *
 * @param day of all commits, which is sealed
 */
export function touchesOf(
  { client, tables }: Pick<Awaited<ReturnType<typeof ownLedger>>, 'client' | 'tables'>,
  day: string,
): readonly Touch[] {
  const at = `${day}T12:00:00.000Z`;
  const keyOf = ({ invoiceId, version }: Pick<Commit, 'invoiceId' | 'version'>) => ({ invoiceId, version });
  const putAsIs = (item: Item) => client.send(new PutCommand({ TableName: tables.events, Item: item }));
  /** Into the index by day as well, as somebody does who knows how a day is sealed. */
  const put = (item: Item) => putAsIs(typeof item.at === 'string' ? commitItem(item as Commit) : item);
  const remove = (commit: Commit) => client.send(new DeleteCommand({ TableName: tables.events, Key: keyOf(commit) }));

  /** The projection as it would be, had the stream always been this. */
  async function forgeProjection(invoiceId: InvoiceId, commits: readonly Commit[]): Promise<void> {
    const { invoice, tip } = read(invoiceId, commits);
    const row = rowOf(invoice as LivingInvoice, tip, 300);
    await client.send(new PutCommand({ TableName: tables.invoices, Item: row }));
  }

  /** Another history in place of a true one, consistent in itself: its emission is edited. */
  function forged(
    { invoiceId, commits }: { readonly invoiceId: InvoiceId; readonly commits: readonly Commit[] },
    edit: object,
    when = at,
  ): Commit[] {
    const made: Commit[] = [];
    for (const { type, data } of commits.flatMap(({ events }) => events)) {
      const last = made.at(-1);
      const tip = last ? tipAfter(last) : START;
      const told = { type, data: type === 'Emitted' ? { ...(data as object), ...edit } : data } as NewEvent;
      made.push(commitOf(draft({ invoiceId, tip, events: [told], commitId: 'forged', at: when })));
    }
    return made;
  }

  const edited = (commit: Commit): Commit => ({ ...commit, at: `${day}T12:00:01.000Z` });
  const rehashed = (commit: Commit): Commit => ({ ...commit, hash: hashOf(commit) });
  const sealed = (...versions: number[]) =>
    versions.map((version) => ({ kind: 'other-than-sealed' as const, version, day }));
  const gone = (...versions: number[]) =>
    versions.map((version) => ({ kind: 'sealed-commit-gone' as const, version, day }));

  return [
    {
      title: 'a commit edited',
      touch: (_, [, second]) => put(edited(second)),
      found: [{ kind: 'content-changed', version: 2 }],
    },
    {
      title: 'a commit edited and hashed anew',
      touch: (_, [, second]) => put(rehashed(edited(second))),
      found: [{ kind: 'link-broken', version: 3 }, ...sealed(2)],
    },
    {
      title: 'the last commit edited and hashed anew',
      touch: (_, [, , , , last]) => put(rehashed(edited(last))),
      found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(5)],
    },
    {
      title: 'the first commit deleted',
      touch: (_, [first]) => remove(first),
      found: [{ kind: 'commit-missing', version: 1 }, ...gone(1)],
    },
    {
      title: 'a commit in the middle deleted',
      touch: (_, [, , third]) => remove(third),
      found: [{ kind: 'commit-missing', version: 3 }, ...gone(3)],
    },
    {
      title: 'two commits exchanged',
      touch: async (_, [, second, third]) => {
        await put({ ...second, version: 3, next: 4 });
        await put({ ...third, version: 2, next: 3 });
      },
      found: [{ kind: 'content-changed', version: 2 }, ...sealed(2, 3)],
    },
    {
      title: 'two commits exchanged and hashed anew, with all behind them',
      touch: async (invoiceId, [first, second, third, fourth, last]) => {
        let tip = tipAfter(first);
        for (const commit of [third, second, fourth, last]) {
          const moved = rehashed({
            ...commit,
            version: tip.version,
            next: tip.version + 1,
            prevHash: tip.hash,
            invoiceId,
          });
          tip = tipAfter(moved);
          await put(moved);
        }
      },
      found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(2, 3, 4, 5)],
    },
    {
      title: 'a commit put in at the end, and into the projection',
      touch: async (invoiceId, commits) => {
        const more = commitOf(
          draft({ invoiceId, tip: tipAfter(commits[4]), events: [deferred], commitId: 'put in', at }),
        );
        await put(more);
      },
      found: [{ kind: 'not-in-seal', version: 6, day }],
    },
    {
      title: 'a commit put in between, all behind it moved and hashed anew',
      touch: async (invoiceId, [, second, ...behind]) => {
        let tip = tipAfter(second);
        const extra = commitOf(draft({ invoiceId, tip, events: [deferred], commitId: 'put in', at }));
        await put(extra);
        tip = tipAfter(extra);
        for (const commit of behind) {
          const moved = rehashed({ ...commit, version: tip.version, next: tip.version + 1, prevHash: tip.hash });
          tip = tipAfter(moved);
          await put(moved);
        }
      },
      found: [{ kind: 'tail-replaced', version: 5 }, ...sealed(3, 4, 5), { kind: 'not-in-seal', version: 6, day }],
    },
    {
      title: 'the end cut off',
      touch: async (_, [, , , fourth, last]) => Promise.all([remove(fourth), remove(last)]),
      found: [{ kind: 'tail-missing', version: 4 }, ...gone(4, 5)],
    },
    {
      title: 'the end cut off, and the projection set back',
      touch: async (invoiceId, [first, second, third, fourth, last]) => {
        await Promise.all([remove(fourth), remove(last)]);
        await forgeProjection(invoiceId, [first, second, third]);
      },
      found: gone(4, 5),
    },
    {
      title: 'a commit left without events and time',
      touch: (_, [, second]) => put({ ...second, events: undefined, at: undefined }),
      found: [{ kind: 'content-changed', version: 2 }],
    },
    {
      title: 'a commit with a number that is too large to be one',
      touch: (_, [, second]) => put({ ...second, next: NumberValue.from('12345678901234567890.5') }),
      found: [{ kind: 'content-changed', version: 2 }],
    },
    {
      title: 'a commit with a number that differs by less than a double can hold',
      touch: (_, [, second]) => put({ ...second, next: NumberValue.from(`${second.next}.00000000000000000001`) }),
      found: [{ kind: 'content-changed', version: 2 }],
    },
    {
      title: 'an item between two commits that is none',
      touch: (_, [first]) => put({ ...keyOf(first), version: 1.5 }),
      found: [{ kind: 'commit-missing', version: 2 }],
    },
    {
      title: 'the row of the projection left without a version',
      touch: (invoiceId) =>
        client.send(
          new UpdateCommand({
            TableName: tables.invoices,
            Key: { invoiceId },
            UpdateExpression: 'REMOVE #version SET updatedAt = :none',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':none': null },
          }),
        ),
      found: [{ kind: 'row-unreadable', version: 5 }],
    },
    {
      title: 'the whole history replaced consistently, and the projection with it',
      touch: async (invoiceId, commits) => {
        const other = forged({ invoiceId, commits }, { total: 1 });
        for (const commit of other) await put(commit);
        await forgeProjection(invoiceId, other);
      },
      found: sealed(1, 2, 3, 4, 5),
    },
    {
      title: 'the whole history replaced consistently by one of another company, and the projection with it',
      touch: async (invoiceId, commits) => {
        const other = forged({ invoiceId, commits }, { companyCnpj: '12345678000195' });
        for (const commit of other) await put(commit);
        await forgeProjection(invoiceId, other);
      },
      found: [{ kind: 'company-differs', version: 1 }, ...sealed(1, 2, 3, 4, 5)],
    },
    {
      title: 'the whole history replaced consistently, outside the index by day, and the projection with it',
      touch: async (invoiceId, commits) => {
        const other = forged({ invoiceId, commits }, { total: 1 });
        for (const commit of other) await putAsIs(commit);
        await forgeProjection(invoiceId, other);
      },
      found: sealed(1, 2, 3, 4, 5),
      foundBeforeSeal: [1, 2, 3, 4, 5].map((version) => ({ kind: 'not-in-seal' as const, version, day })),
    },
    {
      title: 'the whole history replaced by one of today, which is not sealed yet, and the projection with it',
      touch: async (invoiceId, commits) => {
        const other = forged({ invoiceId, commits }, { total: 1 }, new Date().toISOString());
        for (const commit of other) await put(commit);
        await forgeProjection(invoiceId, other);
      },
      found: sealed(1, 2, 3, 4, 5),
    },
    {
      title: 'the whole history deleted, and the projection with it',
      touch: async (invoiceId, commits) => {
        await Promise.all(commits.map(remove));
        await client.send(new DeleteCommand({ TableName: tables.invoices, Key: { invoiceId } }));
      },
      found: gone(1, 2, 3, 4, 5),
    },
    ...ROW_EDITS.map(({ title, edit, members }) => ({
      title,
      touch: async (invoiceId: InvoiceId) => {
        const { Item } = await client.send(new GetCommand({ TableName: tables.invoices, Key: { invoiceId } }));
        await client.send(new PutCommand({ TableName: tables.invoices, Item: { ...Item, ...edit } }));
      },
      found: [{ kind: 'row-differs' as const, version: 5, members }],
    })),
    {
      title: 'the row deleted',
      touch: (invoiceId) => client.send(new DeleteCommand({ TableName: tables.invoices, Key: { invoiceId } })),
      found: [{ kind: 'row-missing', version: 5 }],
    },
  ];
}
