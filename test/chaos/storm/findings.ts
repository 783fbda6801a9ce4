import { isDeepStrictEqual } from 'node:util';
import type { Commit } from '../../../src/events/commit.ts';
import { read } from '../../../src/events/event-store.ts';
import { verifyChain } from '../../../src/events/hash-chain.ts';
import type { InvoiceId } from '../../../src/events/ids.ts';
import type { LivingInvoice } from '../../../src/events/invoice.ts';
import { type InvoiceRow, rowOf } from '../../../src/projections/invoice-row.ts';
import type { Promised } from '../report.ts';
import type { Authorities } from './authorities.ts';

/** What was found of one invoice that a client was told is accepted. */
export interface Found {
  readonly invoiceId: InvoiceId;
  readonly commits: readonly Commit[];
  readonly row: InvoiceRow | undefined;
}

const TERMINAL: readonly string[] = ['ISSUED', 'FAILED', 'CANCELLED'];
const MOST_NAMED = 3;

/**
 * Holds every accepted invoice against what its authority holds, its history, and what readers see.
 *
 * @param moving whether the service was still at work: an invoice that is not at its end is then unfinished, and what is true of its end
 *   alone is not asked of it; a second note or a broken chain is a fault at any time
 */
export function promisesOf(
  found: readonly Found[],
  authorities: Authorities,
  reconcileAfterSeconds: number,
  moving: boolean,
) {
  const all = found.map((one) => ({ ...one, ...read(one.invoiceId, one.commits) }));
  const living = all.flatMap(({ invoice }) => (invoice.status === 'NONE' ? [] : [invoice]));
  const isUnfinished = ({ status }: { readonly status: string }) => moving && !TERMINAL.includes(status);
  const unfinished = living.filter(isUnfinished);
  const withNote = living.filter(({ note }) => note !== undefined);
  /** Notes whose invoices do not know of them yet. */
  const unheard = unfinished.filter((one) => !one.note && authorities.notesOf(one).length > 0).length;
  const contradictsAuthority = ({ note, status, ...invoice }: LivingInvoice) => {
    const held = authorities.notesOf({ ...invoice, status });
    const [only] = held;
    if (isUnfinished({ status })) return held.length > 1;
    if (!note) return held.length > 0;
    return held.length !== 1 || only?.nfseNumber !== note.nfseNumber || only.cancelled !== (status === 'CANCELLED');
  };
  const promises: readonly Promised[] = [
    none(
      'no invoice is lost',
      all.filter(({ invoice }) => invoice.status === 'NONE').map(({ invoiceId }) => invoiceId),
      `${living.length} accepted, all of them have a history`,
    ),
    unfinished.length > 0
      ? {
          promise: 'every invoice comes to its end',
          kept: 'unfinished',
          seen: `${unfinished.length} of ${living.length} were still on their way: ${statusesOf(living)}`,
        }
      : none(
          'every invoice comes to its end',
          living.filter(({ status }) => !TERMINAL.includes(status)).map(named),
          statusesOf(living),
        ),
    none(
      'exactly one note for each that was issued, none for the others',
      living.filter(contradictsAuthority).map(named),
      `${withNote.length} issued, each with the one note that its authority holds`,
    ),
    {
      promise: 'no note that no invoice knows of',
      kept: authorities.notes === withNote.length + unheard,
      seen: `${authorities.notes} notes at the authorities, ${withNote.length} invoices that were issued${
        unheard > 0 ? ` and ${unheard} unfinished that have yet to hear of theirs` : ''
      }`,
    },
    none(
      'what readers see is the fold of the history',
      all
        .filter(({ invoice, tip, row }) => !isUnfinished(invoice) && !isFold(invoice, tip, row, reconcileAfterSeconds))
        .map(({ invoiceId }) => invoiceId),
      `${all.length} rows are their histories' folds`,
    ),
    none(
      'every chain holds',
      all
        .filter(({ commits, row }) => !verifyChain(commits, row && { version: row.version + 1, hash: row.hash }).intact)
        .map(({ invoiceId }) => invoiceId),
      `${all.reduce((sum, { commits }) => sum + commits.length, 0)} commits verify`,
    ),
  ];
  return { promises, living };
}

function none(promise: string, against: readonly string[], seen: string): Promised {
  if (against.length === 0) return { promise, kept: true, seen };
  const more = against.length > MOST_NAMED ? ` and ${against.length - MOST_NAMED} more` : '';
  return { promise, kept: false, seen: `not so for ${against.slice(0, MOST_NAMED).join(', ')}${more}` };
}

const named = ({ id, status, municipalityCode }: LivingInvoice) => `${id} (${status} in ${municipalityCode})`;

function statusesOf(living: readonly LivingInvoice[]): string {
  return [...Map.groupBy(living, ({ status }) => status)].map(([status, of]) => `${of.length} ${status}`).join(', ');
}

function isFold(
  ...[invoice, tip, row, reconcileAfterSeconds]: [
    ReturnType<typeof read>['invoice'],
    ReturnType<typeof read>['tip'],
    InvoiceRow | undefined,
    number,
  ]
): boolean {
  if (invoice.status === 'NONE' || !row) return false;
  // The reconciler's claim moves `dueAt`, the one attribute that a fold does not give.
  const { dueAt: _claimed, ...shown } = row;
  const { dueAt: _due, ...folded } = rowOf(invoice, tip, reconcileAfterSeconds);
  return isDeepStrictEqual(shown, JSON.parse(JSON.stringify(folded)));
}
