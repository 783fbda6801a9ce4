import { describe, expect, it } from 'vitest';
import { type Gate, type Situation, turnsAway } from './gate.ts';

const flowing: Gate = { kind: 'flowing' };
const shut = (until?: number): Gate => ({ kind: 'shut', why: 'down', since: 0, ...(until ? { until } : {}) });
const usual: Situation = { gate: flowing, now: 0, patienceMs: 20_000, waitedMs: 0, full: false, receiveCount: 1 };

describe('a message that cannot begin at once', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['waits in hand while its lane has room', {}, 'keep'],
    ['waits in hand for a few probes', { gate: { kind: 'probing', places: 3, since: 0 } }, 'keep'],
    ['goes back to the queue when its lane is full', { full: true }, 'put-back'],
    ['goes back to the queue when it has waited too long', { waitedMs: 20_001 }, 'put-back'],
    ['is deferred when it was put back before: receives are for defects', { full: true, receiveCount: 2 }, 'defer'],
    ['waits for a lane that opens soon', { gate: shut(20_000) }, 'keep'],
    ['waits for a lane that opens soon, if there is room', { gate: shut(20_000), full: true }, 'put-back'],
    ['is deferred when its lane stays shut for longer', { gate: shut(20_001) }, 'defer'],
    ['is deferred when nobody can say when its lane opens', { gate: shut() }, 'defer'],
  ])('%s', (_title, changes, verdict) => expect(turnsAway({ ...usual, ...changes })).toBe(verdict));
});
