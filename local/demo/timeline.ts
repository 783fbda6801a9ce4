import type { EventData, Rejection } from '../../src/events/event-types.ts';
import type { EventView } from './api-client.ts';

/** One event of an invoice, as a person reads it. */
export interface Moment {
  readonly event: string;
  /** Since the invoice's first event. */
  readonly seconds: number;
  readonly says: string;
}

export function timelineOf(events: readonly EventView[]): readonly Moment[] {
  const start = Date.parse(events[0]?.at ?? '');
  return events.map((event) => ({
    event: event.type,
    seconds: secondsBetween(start, Date.parse(event.at)),
    says: printable(wordsOf(event)),
  }));
}

/** How often the authority was asked to issue, and an answer or its absence recorded. */
export function attemptsIn(events: readonly EventView[]): number {
  return events.filter(({ type }) => type === 'SubmissionDeferred' || type === 'Issued' || type === 'Failed').length;
}

const WHY_DEFERRED = {
  'provider-unavailable': 'authority unavailable',
  'outcome-unknown': 'outcome unknown',
  'authority-processing': 'the authority is still processing',
} as const;

/** What an event says, in a few words. */
export function wordsOf(event: EventView): string {
  switch (event.type) {
    case 'Emitted':
      return `accepted, ${routeIn(event.data)}, R$ ${event.data.total}`;
    case 'SubmissionDeferred': {
      const wait = secondsBetween(Date.parse(event.at), Date.parse(event.data.nextAttemptAt));
      const why = WHY_DEFERRED[event.data.reason];
      return `${why} (${event.data.detail}), looks again in ${wait.toFixed(1)} s`;
    }
    case 'Issued':
      return `NFS-e ${event.data.nfseNumber}`;
    case 'Failed':
      return rejected(event.data.error);
    case 'RetryRequested': {
      const corrected = Object.keys(event.data.corrections ?? {}).join(', ');
      const elsewhere = event.data.rerouted ? ` → ${routeIn(event.data.rerouted)}` : '';
      return `${event.data.reason}${corrected ? ` (corrects ${corrected})` : ''}${elsewhere}`;
    }
    case 'CancelRequested':
      return event.data.reason;
    case 'Cancelled':
      return event.data.protocol ? `protocol ${event.data.protocol}` : 'never sent, so there is nothing to undo';
    case 'CancelFailed':
      return rejected(event.data.error);
    case 'ReplayRequested':
      return `${event.data.mode} by ${event.data.by} (${event.data.cause})`;
  }
}

function routeIn({ route, dps }: Pick<EventData<'Emitted'>, 'route' | 'dps'>): string {
  const what = route.authority === 'national' ? 'DPS' : 'declaration';
  return `${what} ${dps.number} for the ${route.authority} system (${route.rule})`;
}

/** Without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function rejected({ code, message, howToFix }: Rejection): string {
  return `${code}: ${message} ${howToFix}`;
}

function secondsBetween(from: number, to: number): number {
  return Math.round((to - from) / 100) / 10;
}
