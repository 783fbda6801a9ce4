import { describe, expect, it } from 'vitest';
import { ACCESS, type AccessTable, authorisedCaller, callerOf, mayAccess } from './access.ts';
import { Problem } from './problem.ts';
import type { HandlerName } from './routes.ts';

const request = (claims?: Record<string, unknown>) =>
  ({ requestContext: { authorizer: claims ? { claims } : undefined } }) as never;
const caller = (claims?: Record<string, unknown>) => callerOf(request(claims));

describe('the caller, by the claims of the token', () => {
  it.each([
    ['groups joined by commas', { 'cognito:groups': 'operator,ops' }, ['operator', 'ops']],
    ['groups in brackets', { 'cognito:groups': '[auditor client]' }, ['client', 'auditor']],
    ['a list of groups', { 'cognito:groups': ['admin'] }, ['admin']],
    ['scopes of a machine', { scope: 'nfse-ledger/client openid' }, ['client']],
    ['scopes without our name', { scope: 'admin other/ops' }, []],
    ['groups, whatever the scopes', { 'cognito:groups': 'auditor', scope: 'nfse-ledger/admin' }, ['auditor']],
    ['groups we do not know', { 'cognito:groups': 'superuser' }, []],
    ['nothing', {}, []],
  ])('has the roles that %s say', (_title, claims, roles) => expect(caller(claims).roles).toEqual(roles));

  it('has the companies that the claim lists', () => {
    expect(caller({ 'custom:companies': '11222333000181, 12345678000195' }).companies).toEqual([
      '11222333000181',
      '12345678000195',
    ]);
    expect(caller({ 'custom:companies': '*' }).companies).toBe('*');
    expect(caller({}).companies).toEqual([]);
  });

  it('without claims is nobody', () => expect(() => caller()).toThrow(Problem));

  it('without a company has access to none', () => {
    expect(mayAccess(caller({}), '11222333000181')).toBe(false);
    expect(mayAccess(caller({ 'custom:companies': '11222333000181' }), '11222333000181')).toBe(true);
    expect(mayAccess(caller({ 'custom:companies': '1122233300018' }), '11222333000181')).toBe(false);
  });
});

describe('a handler', () => {
  const auditor = request({ 'cognito:groups': 'auditor' });

  it('is called by the roles of its row alone', () => {
    expect(authorisedCaller('get', auditor).roles).toEqual(['auditor']);
    expect(() => authorisedCaller('emit', auditor)).toThrow(Problem);
  });

  it('that anyone may call asks for no claims', () => expect(authorisedCaller('ping', request()).roles).toEqual([]));
  it('that has roles is closed without claims', () =>
    expect(() => authorisedCaller('get', request())).toThrow(Problem));

  it.each(['unlisted', 'constructor'])('without a row is closed to every role: %s', (name) =>
    expect(() => authorisedCaller(name as HandlerName, request({ 'cognito:groups': 'admin' }))).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ status: 403 }) }),
    ),
  );

  it('without a row does not compile, nor does one that is open on its route and not in the table', () => {
    const { emit, ping, ...others } = ACCESS;
    // @ts-expect-error emit has no row
    const withoutRow: AccessTable = { ...others, ping };
    // @ts-expect-error the route of ping asks for no token
    const closed: AccessTable = { ...others, emit, ping: ['admin'] };
    expect(Object.keys({ ...withoutRow, ...closed }).sort()).toEqual(Object.keys(ACCESS).sort());
  });
});
