import { Provider } from 'oidc-provider';
import { close, listen } from '../http-server.ts';
import { app, configuration } from './openid/configuration.ts';
import { type Identity, machines, people, type Role, scopeOf } from './openid/identities.ts';
import { openInstallation } from './openid/installation.ts';
import { serveLogin } from './openid/login-page.ts';

export interface MachineClient extends Identity {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface User {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly companies: string;
}

export interface OpenId {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly authorizationUrl: string;
  readonly app: { readonly clientId: string; readonly redirectUris: readonly string[] };
  readonly clients: readonly MachineClient[];
  readonly users: readonly User[];
  stop(): Promise<void>;
}

/**
 * An OpenID Connect server that stands for Cognito: `client_credentials` for programs, authorization code with PKCE for people,
 * RS256 access tokens with Cognito's claims. Unlike Cognito's they bear an `aud`, which the server insists on.
 *
 * @param options.dataDir where the keys and secrets of this installation are kept
 */
export async function startOpenId(options: { port: number; dataDir: string }): Promise<OpenId> {
  const installation = await openInstallation(options.dataDir);
  const issuer = `http://127.0.0.1:${options.port}`;
  const provider = new Provider(issuer, configuration(installation));
  const respond = provider.callback();
  const { server } = await listen((request, response) => {
    serveLogin(provider, installation.passwords, request, response)
      .then((served) => (served ? undefined : respond(request, response)))
      .catch(() => response.destroy());
  }, options.port);
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    authorizationUrl: `${issuer}/auth`,
    app: { clientId: app.clientId, redirectUris: app.redirectUris },
    clients: machines.flatMap((machine) => {
      const secrets = installation.machines[machine.name];
      return secrets ? [{ ...machine, ...secrets, scope: scopeOf(machine.role) }] : [];
    }),
    users: people.map(({ name, role, companies }) => ({
      username: name,
      password: installation.passwords[name] ?? '',
      role,
      companies,
    })),
    stop: () => close(server),
  };
}
