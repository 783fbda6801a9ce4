import { BrokenCircuitError, CircuitState, circuitBreaker, handleWhenResult, type IBackoff } from 'cockatiel';
import type { Gate } from './gate.ts';
import { type Call, looksDown, remembered } from './recent-calls.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerSettings {
  /** Calls that have to fail before the breaker opens. */
  readonly failures: number;
  /** How long it stays open the first time. */
  readonly probeAfterMs: number;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onChange: (state: BreakerState) => void;
}

export interface Breaker {
  readonly state: BreakerState;
  /** Since when it has not been closed, in milliseconds. */
  readonly downSince: number | undefined;
  /** When it lets the next messages find out, in milliseconds; while open. */
  readonly probesAt: number | undefined;
  gate(): Gate;
  /**
   * Makes a call, unless the breaker is open. A call that throws was no call: it counts for nothing, except that it ends its turn as a
   * probe.
   *
   * @param silent whether the answer means that the authority said nothing
   * @returns `undefined` when the call was not made
   */
  call<T>(companyCnpj: string, make: () => Promise<T>, silent: (answer: T) => boolean): Promise<T | undefined>;
}

/** So many messages find out whether an authority is back, and one of them may fail: of a company with troubles of its own. */
export const PROBES = 3;
const PROBES_THAT_MAY_FAIL = 0.34;
const MOST_OPEN_MS = 600_000;
/** The policy begins to count a moment later than we do. */
const CLOCK_SLACK_MS = 10;

/** Doubles with every time that the probes fail, ten minutes at the most; between half of it and all of it. */
export function openForMs(attempt: number, probeAfterMs: number, random: number): number {
  const ceiling = Math.min(probeAfterMs * 2 ** Math.min(attempt - 1, 20), MOST_OPEN_MS);
  return Math.round(ceiling * (0.5 + random / 2));
}

/** An authority's circuit breaker (cockatiel): opens when it looks down, then lets a few messages through to find out. */
export function authorityBreaker({ failures, probeAfterMs, now, random, onChange }: BreakerSettings): Breaker {
  let calls: readonly Call[] = [];
  let probesAt: number | undefined;
  let downSince: number | undefined;

  const wait = (attempt: number): IBackoff<unknown> => {
    const duration = openForMs(attempt, probeAfterMs, random());
    probesAt = now() + duration + CLOCK_SLACK_MS;
    downSince ??= now();
    return { duration, next: () => wait(attempt + 1) };
  };
  const policy = circuitBreaker(
    handleWhenResult((result) => (result as { readonly silent: boolean }).silent),
    {
      breaker: {
        state: undefined,
        success: (state) => {
          if (state === CircuitState.HalfOpen) calls = [];
        },
        failure: (state) => state !== CircuitState.Closed || looksDown(calls, failures),
      },
      halfOpenAfter: { next: () => wait(1) },
      halfOpenSampling: { calls: PROBES, threshold: PROBES_THAT_MAY_FAIL },
    },
  );
  policy.onStateChange((state) => {
    if (state !== CircuitState.Open) probesAt = undefined;
    if (state === CircuitState.Closed) downSince = undefined;
    onChange(NAMES[state]);
  });

  return {
    get state() {
      return NAMES[policy.state];
    },
    get downSince() {
      return downSince;
    },
    get probesAt() {
      return probesAt;
    },
    gate() {
      if (policy.state === CircuitState.Closed) return { kind: 'flowing' };
      if (probesAt === undefined || probesAt <= now())
        return { kind: 'probing', places: PROBES, since: downSince ?? now() };
      return { kind: 'shut', why: NO_ANSWER, since: downSince ?? now(), until: probesAt };
    },
    async call(companyCnpj, make, silent) {
      try {
        const { answer } = await policy.execute(async () => {
          const answer = await make();
          const answered = !silent(answer);
          calls = remembered(calls, { companyCnpj, answered }, failures);
          return { answer, silent: !answered };
        });
        return answer;
      } catch (error) {
        if (error instanceof BrokenCircuitError) return undefined;
        throw error;
      }
    },
  };
}

const NO_ANSWER = 'not sent: the authority has not answered for a while';
const NAMES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};
