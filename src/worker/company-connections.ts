import type { HeldCertificate } from './company-certificates.ts';
import type { HttpTransport } from './providers/http-transport.ts';

/** Connections to authorities, one pool for each certificate and each base URL. */
export interface CompanyConnections {
  /** @param certificate without one, the pool is everybody's */
  to(baseUrl: string, certificate?: HeldCertificate): HttpTransport;
  /** Lets go of a certificate's connections; what is under way ends first. */
  drop(certificate: HeldCertificate): void;
}

/** @param open makes a pool; called once for each certificate and base URL */
export function companyConnections(
  open: (baseUrl: string, certificate: HeldCertificate | undefined) => HttpTransport,
): CompanyConnections {
  const shared = new Map<string, HttpTransport>();
  const own = new Map<HeldCertificate, Map<string, HttpTransport>>();
  return {
    to(baseUrl, certificate) {
      const pools = (certificate && own.get(certificate)) ?? (certificate ? new Map() : shared);
      if (certificate) own.set(certificate, pools);
      const pool = pools.get(baseUrl) ?? open(baseUrl, certificate);
      pools.set(baseUrl, pool);
      return pool;
    },
    drop(certificate) {
      for (const pool of own.get(certificate)?.values() ?? []) pool.close();
      own.delete(certificate);
    },
  };
}
