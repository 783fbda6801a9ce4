import { describe, expect, it } from 'vitest';
import type { FindOutcome, Provider, Submission } from '../providers/provider.ts';
import { authorityBreaker } from './breaker.ts';
import { guarded } from './guarded-provider.ts';

/** The state of a breaker after five lookups that were answered like this, and how many of them were made. */
async function afterFive(outcome: FindOutcome) {
  const breaker = authorityBreaker({
    failures: 3,
    probeAfterMs: 60_000,
    now: () => 0,
    random: () => 0,
    onChange: () => {},
  });
  let calls = 0;
  const find = async () => {
    calls++;
    return outcome;
  };
  const provider = guarded({ find } as Partial<Provider> as Provider, {
    breaker,
    companyCnpj: '11222333000181',
    note: () => {},
  });
  for (let i = 0; i < 5; i++) await provider.find({} as Submission);
  return { state: breaker.state, calls };
}

describe('the breaker of an authority', () => {
  it.each([
    ['says nothing', { kind: 'unknown', reason: 'no answer in time' }, 'open', 3],
    ['is down', { kind: 'unavailable', reason: 'HTTP 503' }, 'open', 3],
    ['refuses the lookup', { kind: 'unknown', reason: 'E160', answered: true }, 'closed', 5],
    ['has no note', { kind: 'absent' }, 'closed', 5],
  ] as const)('of one that %s', async (_, outcome, state, calls) =>
    expect(await afterFive(outcome)).toEqual({ state, calls }),
  );
});
