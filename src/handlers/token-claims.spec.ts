import { describe, expect, it } from 'vitest';
import { companiesFor, type SignIn } from './token-claims.ts';

const stored = async (clientId: string) => (clientId === 'erp' ? '11222333000181,12345678000195' : '');

function signIn(triggerSource: string, clientId: string, request: object): SignIn {
  return { triggerSource, callerContext: { awsSdkVersion: '', clientId }, request } as unknown as SignIn;
}

describe('the companies in a token', () => {
  it('of a person are those that an administrator has written', () =>
    expect(
      companiesFor(
        signIn('TokenGeneration_HostedAuth', 'web', { userAttributes: { 'custom:companies': '11222333000181' } }),
        stored,
      ),
    ).resolves.toBe('11222333000181'));

  it('of a person without any are none', () =>
    expect(companiesFor(signIn('TokenGeneration_RefreshTokens', 'erp', { userAttributes: {} }), stored)).resolves.toBe(
      '',
    ));

  it('of a program are those that are stored for it, whatever it sends along', () => {
    const request = { userAttributes: { 'custom:companies': '*' }, clientMetadata: { 'custom:companies': '*' } };
    return expect(companiesFor(signIn('TokenGeneration_ClientCredentials', 'erp', request), stored)).resolves.toBe(
      '11222333000181,12345678000195',
    );
  });

  it('of a program that nothing is stored for are none', () =>
    expect(
      companiesFor(
        signIn('TokenGeneration_ClientCredentials', 'other', { clientMetadata: { companies: '*' } }),
        stored,
      ),
    ).resolves.toBe(''));
});
