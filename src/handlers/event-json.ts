import type { StoredEvent } from '../events/commit.ts';
import type { InvoiceEvent } from '../events/event-types.ts';
import { UnreadableEvent, upcast } from '../events/upcasters.ts';
import { type Cents, formatCents } from '../nfse/cents.ts';
import { correctionsToJson, emissionToJson } from './emission-json.ts';

/** An event as the API gives it: of the newest schema, money in decimal strings. One that cannot be read is shown as it lies. */
export function eventToJson(stored: StoredEvent): StoredEvent {
  try {
    const event = upcast(stored);
    return { ...event, data: dataToJson(event) };
  } catch (error) {
    if (error instanceof UnreadableEvent) return stored;
    throw error;
  }
}

function dataToJson(event: InvoiceEvent): unknown {
  switch (event.type) {
    case 'Emitted':
      return { ...event.data, ...emissionToJson(event.data), total: formatCents(event.data.total as Cents) };
    case 'RetryRequested':
      return {
        ...event.data,
        ...(event.data.corrections ? { corrections: correctionsToJson(event.data.corrections) } : {}),
        total: formatCents(event.data.total as Cents),
      };
    case 'SubmissionDeferred':
    case 'Issued':
    case 'Failed':
    case 'CancelRequested':
    case 'Cancelled':
    case 'CancelFailed':
    case 'ReplayRequested':
      return event.data;
  }
}
