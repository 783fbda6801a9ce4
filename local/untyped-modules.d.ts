/** The little we use of packages that bring no types. */

declare module 'njre' {
  interface Njre {
    /** Downloads and unpacks a Java runtime into a folder `jre` beside `installPath`. */
    install(version: number, options: { readonly installPath: string }): Promise<string>;
  }
  const njre: Njre;
  export default njre;
}

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Grant {
    addOIDCScope(scope: string): void;
    rejectOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export interface Interaction {
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: Readonly<Record<string, unknown>>;
  }

  export interface Context {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId?: string };
      readonly provider: Provider;
      readonly requestParamScopes: ReadonlySet<string>;
    };
    type: string;
    body: string;
  }

  export interface Token {
    readonly kind: string;
    readonly clientId: string;
    readonly accountId?: string;
  }

  export const interactionPolicy: {
    base(): { get(prompt: string): { readonly checks: { remove(name: string): void } } | undefined };
  };

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly Grant: new (properties: {
      accountId: string;
      clientId: string;
    }) => Grant;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ): Promise<void>;
  }
}

declare module '*/install-stamp.mjs' {
  export function stampOf(lockfile: string): string;
  export function satisfies(lockfile: string, installed: string): boolean;
}
