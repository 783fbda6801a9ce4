import { type Context, interactionPolicy, type Token } from 'oidc-provider';
import { claimsOf, type Identity, machines, people, roles, scopeOf } from './identities.ts';
import type { Installation } from './installation.ts';
import { loginPath } from './login-page.ts';
import { sessionStore } from './sessions.ts';

/** The API, as a resource that tokens are asked for. */
const API = 'urn:nfse-ledger:api';
const ONE_HOUR_SECONDS = 3_600;
const API_SCOPES = roles.map(scopeOf);

/** The web and mobile apps: public, so they prove themselves with PKCE. Any port of this machine may receive the code. */
export const app = {
  name: 'app',
  clientId: 'nfse-ledger-app',
  redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
};

/** The certified server set up to behave as our user pool does. */
export function configuration(installation: Installation): Readonly<Record<string, unknown>> {
  const identityOf = identities(installation);
  return {
    adapter: sessionStore(Date.now),
    clients: [...machineClients(installation), appClient],
    jwks: { keys: [{ ...installation.signingKey, use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [installation.cookieKey] },
    scopes: ['openid', ...API_SCOPES],
    claims: { openid: ['sub', 'cognito:groups', 'custom:companies'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    ttl: {
      AccessToken: ONE_HOUR_SECONDS,
      ClientCredentials: ONE_HOUR_SECONDS,
      IdToken: ONE_HOUR_SECONDS,
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 12 * ONE_HOUR_SECONDS,
      Grant: 12 * ONE_HOUR_SECONDS,
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: API_SCOPES.join(' '),
          audience: API,
          accessTokenFormat: 'jwt',
          accessTokenTTL: ONE_HOUR_SECONDS,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    formats: {
      customizers: {
        jwt(_: Context, token: Token, jwt: { payload: Record<string, unknown> }) {
          const identity = identityOf(token);
          // A program that asks for no scope is given all it may have, as Cognito does.
          if (identity)
            Object.assign(jwt.payload, { scope: jwt.payload.scope ?? scopeOf(identity.role) }, claimsOf(identity), {
              username: token.accountId,
            });
        },
      },
    },
    findAccount: (_: Context, id: string) => accountOf(id),
    loadExistingGrant: grantWhatTheRoleAllows,
    interactions: { policy: loginOnly(), url: (_: Context, { uid }: { uid: string }) => loginPath(uid) },
    clientBasedCORS: (_: Context, origin: string) => /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin),
    renderError(context: Context, out: { error: string; error_description?: string }) {
      context.type = 'text/plain';
      context.body = `${out.error}: ${out.error_description ?? ''}`;
    },
  };
}

function machineClients(installation: Installation) {
  return machines.map(({ name, role }) => ({
    client_id: installation.machines[name]?.clientId,
    client_secret: installation.machines[name]?.clientSecret,
    client_name: name,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: scopeOf(role),
  }));
}

const appClient = {
  client_id: app.clientId,
  client_name: app.name,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: app.redirectUris,
};

function identities(installation: Installation): (token: Token) => Identity | undefined {
  const byClientId = new Map(machines.map((machine) => [installation.machines[machine.name]?.clientId, machine]));
  return ({ accountId, clientId }) => (accountId === undefined ? byClientId.get(clientId) : personNamed(accountId));
}

const personNamed = (name: string) => people.find((person) => person.name === name);

function accountOf(id: string) {
  const person = personNamed(id);
  if (!person) return undefined;
  const { token_use: _, ...claims } = claimsOf(person);
  return { accountId: id, claims: () => ({ sub: id, ...claims }) };
}

function loginOnly() {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  return policy;
}

/** Nobody is asked for consent: signing in to our own app is it. What another role may do is refused silently. */
async function grantWhatTheRoleAllows({ oidc }: Context) {
  const person = personNamed(oidc.session.accountId ?? '');
  if (!person) return undefined;
  const grant = new oidc.provider.Grant({ accountId: person.name, clientId: oidc.client.clientId });
  grant.addOIDCScope('openid');
  for (const role of roles) {
    const scope = scopeOf(role);
    // Twice, because a client's scopes must be known to the server itself as well, not only to the resource.
    if (role === person.role) {
      grant.addOIDCScope(scope);
      grant.addResourceScope(API, scope);
    } else {
      grant.rejectOIDCScope(scope);
      grant.rejectResourceScope(API, scope);
    }
  }
  await grant.save();
  return grant;
}
