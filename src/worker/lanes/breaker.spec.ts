import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorityBreaker, type BreakerState, openForMs, PROBES } from './breaker.ts';

const PROBE_AFTER = 10_000;
const silent = (answer: string) => answer === 'silence';

function breaker() {
  const states: BreakerState[] = [];
  const it = authorityBreaker({
    failures: 5,
    probeAfterMs: PROBE_AFTER,
    now: Date.now,
    random: () => 0.999,
    onChange: (state) => states.push(state),
  });
  const calls = async (answer: string, times: number, company = 'a') => {
    const answers: (string | undefined)[] = [];
    for (let n = 0; n < times; n++) answers.push(await it.call(company, async () => answer, silent));
    return answers;
  };
  return { it, states, calls };
}

describe('the breaker of an authority', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-10T12:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets calls through while the authority answers', async () => {
    const { it, calls } = breaker();
    expect(await calls('note', 100)).toHaveLength(100);
    expect(it.gate()).toEqual({ kind: 'flowing' });
  });

  it('counts no call that was not made after all', async () => {
    const { it, calls } = breaker();
    const unmade = () => it.call('a', () => Promise.reject(new Error('not made')), silent);
    for (let n = 0; n < 100; n++) await expect(unmade()).rejects.toThrow('not made');
    await calls('silence', 4);
    expect(it.state).toBe('closed');
  });

  it('opens when it looks down, and says when it will find out', async () => {
    const { it, calls } = breaker();
    await calls('silence', 5);
    expect(it.state).toBe('open');
    expect(await calls('note', 1)).toEqual([undefined]);
    const gate = it.gate();
    expect(gate).toMatchObject({ kind: 'shut', since: Date.now() });
    expect(gate.kind === 'shut' && gate.until).toBeGreaterThan(Date.now() + PROBE_AFTER / 2);
  });

  it('stays shut to everybody but a few probes, and closes when they are answered', async () => {
    const { it, states, calls } = breaker();
    await calls('silence', 5);
    const since = Date.now();
    vi.advanceTimersByTime(PROBE_AFTER + 10);
    expect(it.gate()).toEqual({ kind: 'probing', places: PROBES, since });
    await calls('note', 1);
    expect(it.state).toBe('half-open');
    await calls('note', PROBES - 1);
    expect(it.state).toBe('closed');
    expect(it.downSince).toBeUndefined();
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('closes although one probe fails: its company may have troubles of its own', async () => {
    const { it, calls } = breaker();
    await calls('silence', 5);
    vi.advanceTimersByTime(PROBE_AFTER + 10);
    await calls('silence', 1, 'b');
    await calls('note', PROBES - 1);
    expect(it.state).toBe('closed');
  });

  it('opens for longer when the probes are not answered, and knows since when it is down', async () => {
    const { it, calls } = breaker();
    await calls('silence', 5);
    const since = it.downSince;
    vi.advanceTimersByTime(PROBE_AFTER + 10);
    await calls('silence', 2);
    expect(it.state).toBe('open');
    expect(it.downSince).toBe(since);
    expect((it.probesAt ?? 0) - Date.now()).toBeGreaterThan(PROBE_AFTER);
  });

  it('forgets the outage with the first calm: one failure more does not open it again', async () => {
    const { it, calls } = breaker();
    await calls('silence', 5);
    vi.advanceTimersByTime(PROBE_AFTER + 10);
    await calls('note', PROBES);
    await calls('silence', 1);
    expect(it.state).toBe('closed');
  });
});

describe('how long a breaker stays open', () => {
  it.each([
    [1, 0, 5000],
    [1, 0.999_999, 10_000],
    [3, 0, 20_000],
    [50, 0.999_999, 600_000],
  ])('at the %ith time, with chance %f, is %i ms', (attempt, random, ms) =>
    expect(openForMs(attempt, PROBE_AFTER, random)).toBe(ms),
  );
});
