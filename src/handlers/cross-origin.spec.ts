import { describe, expect, it } from 'vitest';
import { readableFrom } from './cross-origin.ts';

const ORIGINS = ['https://nfse.example.com', 'http://localhost:5173'];
const answer = { statusCode: 200, headers: { etag: '"1"' }, body: '{}' };

describe('an answer to a page', () => {
  it('may be read from a listed origin, in whatever case its header is written', () => {
    const { headers } = readableFrom(ORIGINS, { headers: { Origin: 'http://localhost:5173' } }, answer);
    expect(headers).toEqual({
      etag: '"1"',
      vary: 'Origin',
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-expose-headers': 'ETag, Idempotency-Replayed, Location, Retry-After',
    });
  });

  it.each(['https://nfse.example.com.evil.example', 'https://NFSE.example.com', 'null', '*'])(
    'may not be read from %s',
    (origin) => {
      const { headers } = readableFrom(ORIGINS, { headers: { origin } }, answer);
      expect(headers).toEqual({ etag: '"1"', vary: 'Origin' });
    },
  );

  it('is left as it is where no page is listed', () =>
    expect(readableFrom([], { headers: { origin: 'https://nfse.example.com' } }, answer)).toBe(answer));
});
