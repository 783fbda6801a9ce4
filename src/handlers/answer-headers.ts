/** Headers of every answer, a refusal's too: nobody keeps it, and no browser takes its body for something else than it says. */
export const FIXED_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** Headers that a page may send. */
export const REQUEST_HEADERS: readonly string[] = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'x-api-key',
];

/** Headers that a page may read besides those that browsers always show. */
export const READABLE_HEADERS: readonly string[] = ['ETag', 'Idempotency-Replayed', 'Location', 'Retry-After'];
