import type { RouteAuthority } from '../nfse/routing/route.ts';
import type { Provider, ProviderError } from './providers/provider.ts';
import type { Transport } from './providers/transport.ts';

/** The way of one company to the authority of one municipality: what carries its requests, and what speaks the protocol over it. */
export interface Authority {
  readonly transport: Transport;
  /** @param transport the one above, or one around it that keeps what passes */
  readonly provider: (transport: Transport) => Provider;
}

/** Whom a request is made for, and where. */
export interface Represented {
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  /** Who took, or is to take, the declaration. */
  readonly route: { readonly authority: RouteAuthority; readonly besideCity?: true | undefined };
}

/**
 * The company cannot show itself to the authority: it has no certificate, or one that is out of date. Nothing was sent. `error` is
 * what the user is told; trying again is of no use before somebody has acted on it.
 */
export class NotRepresentable extends Error {
  override readonly name = 'NotRepresentable';
  readonly code = 'not-representable';
  readonly error: ProviderError;
  constructor(error: ProviderError) {
    super(`${error.code}: ${error.source}`);
    this.error = error;
  }
}
