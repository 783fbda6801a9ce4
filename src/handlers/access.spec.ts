import { describe, expect, it } from 'vitest';
import { callerOf, checkRole, mayAccess } from './access.ts';
import { Problem } from './problem.ts';

const caller = (claims?: Record<string, unknown>) =>
  callerOf({ requestContext: { authorizer: claims ? { claims } : undefined } } as never);

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

  it('without a fitting role is turned away', () => {
    expect(() => checkRole(caller({ 'cognito:groups': 'auditor' }), 'emit')).toThrow(Problem);
    expect(() => checkRole(caller({ 'cognito:groups': 'auditor' }), 'get')).not.toThrow();
  });
});
