import { authorityBreaker, type Breaker, type BreakerSettings, type BreakerState } from './breaker.ts';

/** A circuit breaker for each authority, made when it is first asked for. */
export function authorityBreakers(
  settings: Omit<BreakerSettings, 'onChange'> & {
    readonly onChange: (authority: string, state: BreakerState) => void;
  },
): { of(authority: string): Breaker } {
  const breakers = new Map<string, Breaker>();
  return {
    of(authority) {
      const known = breakers.get(authority);
      if (known) return known;
      const onChange = (state: BreakerState) => settings.onChange(authority, state);
      const breaker = authorityBreaker({ ...settings, onChange });
      breakers.set(authority, breaker);
      return breaker;
    },
  };
}
