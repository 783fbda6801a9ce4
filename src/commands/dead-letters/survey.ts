import type { DeadLetter, DeadLetters } from './dead-letter.ts';
import { matches, type Selection } from './sweep.ts';
import { type Bounds, takeAll } from './take-all.ts';

/** Letters that ended for one cause in one municipality. */
export interface Group {
  readonly cause: string;
  readonly municipalityCode?: string;
  readonly letters: number;
  /** Fewer than letters when one invoice's work failed more than once. */
  readonly invoices: number;
  /** When the oldest message was first sent, ISO 8601. */
  readonly oldestSentAt: string;
  readonly sample: { readonly invoiceIds: readonly string[]; readonly letterIds: readonly string[] };
}

export interface Survey {
  /** Letters that were looked at and are among those asked for. */
  readonly seen: number;
  /** Of the whole DLQ, by the engine's estimate. */
  readonly total: number;
  readonly complete: boolean;
  readonly groups: readonly Group[];
  readonly letters: readonly DeadLetter[];
}

const SAMPLE = 5;

/** What lies in the DLQ, by cause and municipality, most letters first. What was taken in hand for it is given back. */
export async function survey(deadLetters: DeadLetters, selection: Selection, bounds: Bounds): Promise<Survey> {
  const taken = await takeAll(deadLetters, bounds);
  try {
    const letters = taken.letters.filter((letter) => matches(selection, letter));
    const total = Math.max(await deadLetters.count(), taken.letters.length);
    return { seen: letters.length, total, complete: taken.complete, groups: grouped(letters), letters };
  } finally {
    await deadLetters.giveBack(taken.letters);
  }
}

function grouped(letters: readonly DeadLetter[]): readonly Group[] {
  const byKind = Map.groupBy(letters, ({ cause, municipalityCode = '' }) => `${cause} ${municipalityCode}`);
  return [...byKind.values()]
    .flatMap((of) => (of[0] ? [groupOf(of[0], of)] : []))
    .sort((a, b) => b.letters - a.letters || (a.oldestSentAt < b.oldestSentAt ? -1 : 1));
}

function groupOf({ cause, municipalityCode }: DeadLetter, letters: readonly DeadLetter[]): Group {
  const oldestFirst = [...letters].sort((a, b) => (a.sentAt < b.sentAt ? -1 : 1));
  const invoiceIds = [...new Set(oldestFirst.flatMap(({ invoiceId }) => invoiceId ?? []))];
  return {
    cause,
    ...(municipalityCode && { municipalityCode }),
    letters: letters.length,
    invoices: invoiceIds.length,
    oldestSentAt: oldestFirst[0]?.sentAt ?? '',
    sample: {
      invoiceIds: invoiceIds.slice(0, SAMPLE),
      letterIds: oldestFirst.slice(0, SAMPLE).map(({ letterId }) => letterId),
    },
  };
}
