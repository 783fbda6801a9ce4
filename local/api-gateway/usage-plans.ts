import { isApiKey } from './access.ts';

/** A client of the API, with the share of it that its usage plan gives. */
export interface ApiClient {
  readonly name: string;
  readonly key: string;
  /** No limit without it. */
  readonly throttle?: { readonly perSecond: number; readonly burst: number };
  /** No limit without it. */
  readonly requestsPerDay?: number;
}

export type KeyCheck = 'api-key' | 'throttled' | 'quota' | undefined;

const DAY_MS = 86_400_000;

/**
 * Keys, throttles and quotas as API Gateway's usage plans have them: a token bucket and a count of the day (UTC) for each client, so that one
 * that runs wild leaves the others theirs.
 *
 * @returns a function of the key that was sent and of the time in milliseconds: why the request is refused, `undefined` where it is not
 */
export function usagePlans(clients: readonly ApiClient[]): (key: string | undefined, now: number) => KeyCheck {
  const plans = clients.map((client) => ({ client, tokens: client.throttle?.burst ?? 0, at: 0, day: 0, requests: 0 }));
  return (key, now) => {
    const plan = plans.find(({ client }) => isApiKey(key, client.key));
    if (!plan) return 'api-key';
    const { throttle, requestsPerDay } = plan.client;
    const day = Math.floor(now / DAY_MS);
    if (day !== plan.day) Object.assign(plan, { day, requests: 0 });
    if (requestsPerDay !== undefined && plan.requests >= requestsPerDay) return 'quota';
    if (throttle) {
      const refilled = plan.tokens + ((now - plan.at) / 1_000) * throttle.perSecond;
      plan.tokens = Math.min(throttle.burst, refilled);
      plan.at = now;
      if (plan.tokens < 1) return 'throttled';
      plan.tokens--;
    }
    plan.requests++;
    return undefined;
  };
}
