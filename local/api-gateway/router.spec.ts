import { describe, expect, it } from 'vitest';
import { routes } from '../../src/handlers/routes.ts';
import { match } from './router.ts';

describe('finding a route', () => {
  it('reads the parameters of a path', () => {
    expect(match(routes, 'GET', ['invoices', 'inv_1', 'xml'])).toMatchObject({
      kind: 'route',
      route: { handler: 'xml' },
      params: { invoiceId: 'inv_1' },
    });
  });

  it('names the methods of a path that has others', () => {
    expect(match(routes, 'DELETE', ['invoices'])).toEqual({ kind: 'other-method', allow: ['POST', 'GET'] });
  });

  it.each([[['nope']], [['invoices', '']], [['invoices', 'a', 'b', 'c']], [['']]])('knows no path %j', (segments) => {
    expect(match(routes, 'GET', segments)).toEqual({ kind: 'none' });
  });
});
