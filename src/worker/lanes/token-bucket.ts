/** How many messages may begin: filled at a rate, emptied by one a message. A value; time comes in as an argument. */
export interface TokenBucket {
  readonly tokens: number;
  /** When it was last filled, in milliseconds. */
  readonly at: number;
}

/** What a bucket holds at most: the messages of one second, and one where the rate is below that. */
const sizeFor = (perSecond: number) => Math.max(1, perSecond);

export function fullBucket(perSecond: number, now: number): TokenBucket {
  return { tokens: sizeFor(perSecond), at: now };
}

/** As it is now: what flowed in since it was last looked at, and no more than it holds. A clock that steps back adds nothing. */
export function filled({ tokens, at }: TokenBucket, perSecond: number, now: number): TokenBucket {
  const gained = (Math.max(0, now - at) * perSecond) / 1000;
  return { tokens: Math.min(sizeFor(perSecond), tokens + gained), at: now };
}

/** After one message began. Only to be called where {@link waitFor} is 0. */
export function spent({ tokens, at }: TokenBucket): TokenBucket {
  return { tokens: tokens - 1, at };
}

/** Milliseconds until a message may begin, from the bucket's own time; 0 when one may now. */
export function waitFor({ tokens }: TokenBucket, perSecond: number): number {
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / perSecond);
}
