import { randomBytes } from 'node:crypto';

/** Makes trace headers, a share of which is to be recorded. They come evenly, so that short turns have their share too. */
export function sampler(share: number): () => string {
  let made = 0;
  return () => {
    const sampled = Math.floor((made + 1) * share) > Math.floor(made * share);
    made++;
    const seconds = Math.floor(Date.now() / 1_000).toString(16);
    return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Sampled=${sampled ? 1 : 0}`;
  };
}
