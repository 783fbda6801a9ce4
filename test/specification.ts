import { expect } from 'vitest';
import type { NewEvent } from '../src/events/event-types.ts';
import { evolve, type Invoice, initialState } from '../src/events/invoice.ts';
import { at, invoiceId } from './invoices.ts';

type Decision = (invoice: Invoice) => readonly NewEvent[];

/** `given(what happened).when(a decision).thenHappens(what it says)`: a rule as a sentence. */
export function given(...events: readonly NewEvent[]) {
  const invoice = folded(events);
  return {
    when(decide: Decision) {
      return {
        thenHappens: (...expected: readonly NewEvent[]) => {
          const decided = decide(invoice);
          expect(decided).toEqual(expected);
          // What is decided must be possible: the fold takes it.
          for (const [index] of decided.entries()) folded([...events, ...decided.slice(0, index + 1)]);
        },
        thenNothing: () => expect(decide(invoice)).toEqual([]),
        // biome-ignore lint/suspicious/noExplicitAny: an error class is known by its constructor, whatever that takes
        thenThrows: (error: new (...args: any[]) => Error) => expect(() => decide(invoice)).toThrow(error),
      };
    },
  };
}

/** The state after events that all happened at one moment. */
export function folded(events: readonly NewEvent[]): Invoice {
  return events.reduce<Invoice>((invoice, event) => evolve(invoice, { ...event, at }), initialState(invoiceId));
}
