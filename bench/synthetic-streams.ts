import { marshall } from '@aws-sdk/util-dynamodb';
import { itemOf } from '../src/aws/document-client.ts';
import { type Commit, commitOf, START, tipAfter } from '../src/events/commit.ts';
import type { Stream } from '../src/events/event-scan.ts';
import { event, type NewEvent } from '../src/events/event-types.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import {
  cancelled,
  cancelRequested,
  companyCnpj,
  deferred,
  draft,
  emitted,
  failed,
  issued,
  retryRequested,
} from '../test/invoices.ts';

/** What happens to invoices, as often as it is there: most are issued at once. 50 events in 20 invoices. */
const STORIES: readonly (readonly NewEvent[])[] = [
  ...Array.from({ length: 14 }, () => [emitted, issued]),
  ...Array.from({ length: 3 }, () => [emitted, deferred, issued]),
  [emitted, failed, retryRequested, issued],
  [emitted, deferred, deferred, deferred, issued],
  [emitted, issued, cancelRequested, cancelled],
];

/**
 * Streams of realistic invoices (400-character description, full address), a commit an event, as a scan gives them.
 *
 * @param events about how many there are in all
 */
export function syntheticStreams(events: number): Stream[] {
  const streams: Stream[] = [];
  for (let made = 0, n = 0; made < events; n++) {
    const story = STORIES[n % STORIES.length] ?? [];
    const requestId = `pedido-${n}`;
    const invoiceId = invoiceIdFor(companyCnpj, requestId);
    const commits: Commit[] = [];
    for (const [index, one] of story.entries()) {
      const last = commits.at(-1);
      const first = one.type === 'Emitted' ? event('Emitted', { ...one.data, requestId }) : one;
      const tip = last ? tipAfter(last) : START;
      commits.push(commitOf(draft({ invoiceId, tip, events: [first], commitId: `01M84W78DS19MFZ07T${n}-${index}` })));
    }
    made += commits.length;
    // As a scan gives them: through attribute values and back.
    streams.push({ invoiceId, commits: commits.map((commit) => itemOf(marshall(commit)) as Commit) });
  }
  return streams;
}

/** Goes through the streams again and again until so many events were worked on. @returns events a second of processor time */
export function eventsPerSecond(streams: readonly Stream[], events: number, work: (stream: Stream) => void): number {
  const before = process.cpuUsage();
  let done = 0;
  while (done < events) {
    for (const stream of streams) {
      work(stream);
      done += stream.commits.length;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (done * 1e6) / (user + system);
}
