import { describe, expect, it } from 'vitest';
import { proxyEvent, type Received } from './proxy-event.ts';
import { parseTarget } from './request-target.ts';

const received = (url: string, more: Partial<Received> = {}): Received => ({
  method: 'GET',
  target: parseTarget(url) ?? { path: '', segments: [], query: [] },
  resource: '/invoices/{invoiceId}',
  params: { invoiceId: 'inv/1' },
  rawHeaders: ['Host', 'localhost', 'X-Tag', 'one', 'x-tag', 'two', 'User-Agent', 'curl'],
  body: '',
  claims: { sub: 'client-1' },
  apiKey: 'key',
  sourceIp: '127.0.0.1',
  requestId: 'request-1',
  at: Date.UTC(2026, 3, 9, 12, 34, 56),
  trace: 'Root=1-0-0',
  ...more,
});

describe('a proxy event', () => {
  it('groups headers by name, under the casing that came first, the last value standing alone', () => {
    const event = proxyEvent(received('/invoices/inv%2F1'));
    expect(event.multiValueHeaders).toMatchObject({ 'X-Tag': ['one', 'two'] });
    expect(event.headers).toMatchObject({
      'X-Tag': 'two',
      'X-Amzn-Trace-Id': 'Root=1-0-0',
      'X-Forwarded-For': '127.0.0.1',
    });
    expect(event.requestContext.identity).toMatchObject({ userAgent: 'curl', apiKey: 'key', sourceIp: '127.0.0.1' });
  });

  it("has the gateway's own place in the trace instead of the sender's", () => {
    const event = proxyEvent(received('/x', { rawHeaders: ['x-amzn-trace-id', 'Root=1-5-5'] }));
    expect(event.multiValueHeaders).toMatchObject({ 'X-Amzn-Trace-Id': ['Root=1-0-0'] });
    expect(event.headers).not.toHaveProperty('x-amzn-trace-id');
  });

  it('decodes the query, and names like any other a name that JavaScript knows', () => {
    const event = proxyEvent(received('/x?a=1&a=%C3%A7+d&__proto__=p&empty'));
    expect(event.multiValueQueryStringParameters).toMatchObject({ a: ['1', 'ç d'], empty: [''] });
    expect(Object.entries(event.queryStringParameters ?? {})).toContainEqual(['__proto__', 'p']);
  });

  it('has null, not nothing, for what is absent', () => {
    const event = proxyEvent(received('/ping', { params: {}, claims: undefined }));
    expect(event).toMatchObject({
      queryStringParameters: null,
      pathParameters: null,
      body: null,
      stageVariables: null,
    });
    expect(event.requestContext.authorizer).toBeUndefined();
  });

  it('tells the time as the access log of a gateway does', () => {
    expect(proxyEvent(received('/x')).requestContext.requestTime).toBe('09/Apr/2026:12:34:56 +0000');
  });
});

describe('a request target', () => {
  it.each(['http://evil/ping', '*', '', '/a%ZZ', '/a%00b', '/a?b=%FF', '/a b'])('%j is refused', (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });

  it('keeps an encoded slash inside its segment', () => {
    expect(parseTarget('/invoices/a%2Fb')?.segments).toEqual(['invoices', 'a/b']);
  });
});
