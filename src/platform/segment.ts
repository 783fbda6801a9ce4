import { randomBytes } from 'node:crypto';
import type { TracePosition } from './trace-header.ts';
import type { SegmentSink } from './xray-daemon.ts';

/** What a segment says of itself besides its time: ids, names and codes, never anything of a person. */
export interface SegmentFacts {
  readonly name: string;
  /** `aws` for a call to AWS, `remote` for one to anybody else. */
  readonly namespace?: 'aws' | 'remote';
  /** Kind of place that a segment ran in. */
  readonly origin?: string;
  readonly aws?: Readonly<Record<string, string | number | undefined>>;
  readonly http?: { readonly request?: { readonly method: string }; readonly response?: { readonly status: number } };
  readonly annotations?: Readonly<Record<string, string | number | boolean>>;
}

interface Outcome {
  readonly error?: boolean;
  readonly throttle?: boolean;
  readonly fault?: boolean;
  readonly cause?: object;
}

interface Segment {
  readonly position: TracePosition;
  /** What was found out on the way. */
  note(facts: Partial<SegmentFacts>): void;
  /** A part of this segment's work. */
  part(facts: SegmentFacts): OpenSegment;
}

export interface OpenSegment extends Segment {
  close(failure?: unknown): void;
}

/** As many parts travel inside their segment's document; what is more goes by itself, or the datagram would grow too large. */
const MOST_INSIDE = 40;

const newId = () => randomBytes(8).toString('hex');
const seconds = () => (performance.timeOrigin + performance.now()) / 1000;

/**
 * A segment of a trace, as X-Ray's documents have it. It is sent once, when it ends, with its parts inside: one datagram an invocation.
 *
 * @param at the trace, and the segment that this one hangs from
 * @param type `subsegment` where that segment is the same service's, as Lambda's own is to a handler's
 */
export function openSegment(
  at: TracePosition,
  facts: SegmentFacts,
  sink: SegmentSink,
  type: 'segment' | 'subsegment',
): OpenSegment {
  const alone = (document: object, parent: string | undefined, kind: typeof type) =>
    sink({
      ...document,
      trace_id: at.root,
      ...(parent === undefined ? {} : { parent_id: parent }),
      ...(kind === 'subsegment' ? { type: kind } : {}),
    });
  return opened(at, facts, (document) => alone(document, at.parent, type), alone);
}

function opened(
  { root }: TracePosition,
  facts: SegmentFacts,
  deliver: (document: object) => void,
  alone: (document: object, parent: string, kind: 'subsegment') => void,
): OpenSegment {
  const id = newId();
  const start = seconds();
  const inside: object[] = [];
  let known = facts;
  let closed = false;
  return {
    position: { root, parent: id, sampled: true },
    note: (more) => {
      const annotations = { ...known.annotations, ...more.annotations };
      known = { ...known, ...more, annotations, http: { ...known.http, ...more.http } };
    },
    part: (partFacts) =>
      opened(
        { root, sampled: true },
        partFacts,
        (document) => {
          // A call that nobody waited for may end after the work that began it.
          if (closed || inside.length >= MOST_INSIDE) alone(document, id, 'subsegment');
          else inside.push(document);
        },
        alone,
      ),
    close(failure) {
      if (closed) return;
      closed = true;
      const parts = inside.length > 0 ? { subsegments: inside } : {};
      deliver({ id, ...known, start_time: start, end_time: seconds(), ...outcomeOf(known, failure), ...parts });
    },
  };
}

/** The failure's class and nothing of its message, which may quote what it is about. */
function outcomeOf({ http }: SegmentFacts, failure: unknown): Outcome {
  const status = http?.response?.status ?? 0;
  const cause =
    failure === undefined
      ? {}
      : { cause: { exceptions: [{ id: newId(), type: failure instanceof Error ? failure.name : typeof failure }] } };
  if (status === 429) return { error: true, throttle: true, ...cause };
  if (status >= 400 && status < 500) return { error: true, ...cause };
  return status >= 500 || failure !== undefined ? { fault: true, ...cause } : {};
}
