import type { Issuer } from '../events/emission.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import type { RouteDecision } from '../nfse/routing/decisions.ts';

/** What a company's invoices have in common: an emission takes from here what its request leaves out. */
export interface Registration {
  readonly name: string;
  readonly municipalityCode: string;
  readonly issuer: Issuer;
  readonly dps: { readonly series: string };
  /** Where the company's invoices may go. An installation of the other environment refuses them. */
  readonly environment: CompanyEnvironment;
}

/** `PRODUCTION` issues notes that count, `RESTRICTED` is the authorities' own test environment. */
export type CompanyEnvironment = 'PRODUCTION' | 'RESTRICTED';

/** What may be shown of a company's certificate. Times are ISO 8601, UTC. */
export interface CertificateFacts {
  readonly holder: string;
  readonly fingerprint: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly storedAt: string;
}

export interface Company extends Registration {
  readonly companyCnpj: Cnpj;
  /** Counts the changes, from 1. */
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly certificate?: CertificateFacts;
  /** Every decision on who takes its invoices, the oldest first. */
  readonly routeDecisions?: readonly RecordedRouteDecision[];
}

/** A decision with who made it, and when. It is never changed: another one takes its place. */
export interface RecordedRouteDecision extends RouteDecision, Change {}

/** Who changes a company, and when (ISO 8601, UTC). */
export interface Change {
  readonly by: string;
  readonly at: string;
}

/** The store of companies. Every write is conditional, so that of two edits at once one is told. */
export interface Companies {
  /** As it is now, also right after a write. */
  get(companyCnpj: Cnpj): Promise<Company | undefined>;
  /**
   * @param version the one that the edit was made on; 0 for a company that is not there yet
   * @throws CompanyChanged when it is at another version
   */
  put(companyCnpj: Cnpj, registration: Registration, version: number, change: Change): Promise<Company>;
  /** @throws CompanyUnknown */
  noteCertificate(companyCnpj: Cnpj, certificate: CertificateFacts, change: Change): Promise<Company>;
  /** Adds a decision to those on record. @throws CompanyUnknown, TooManyRouteDecisions */
  decideRoute(companyCnpj: Cnpj, decision: RecordedRouteDecision): Promise<Company>;
}

/** Somebody changed the company first. What they made of it is for the caller to read and to edit again. */
export class CompanyChanged extends Error {
  override readonly name = 'CompanyChanged';
  readonly code = 'company-changed';
  constructor(companyCnpj: Cnpj, options?: ErrorOptions) {
    super(`Company ${companyCnpj} is at another version`, options);
  }
}

export class CompanyUnknown extends Error {
  override readonly name = 'CompanyUnknown';
  readonly code = 'company-unknown';
  constructor(companyCnpj: Cnpj, options?: ErrorOptions) {
    super(`Company ${companyCnpj} is not registered`, options);
  }
}

/** As many decisions as are kept of a company. None is ever dropped, since each may have sent an invoice somewhere. */
export const MAX_ROUTE_DECISIONS = 200;

export class TooManyRouteDecisions extends Error {
  override readonly name = 'TooManyRouteDecisions';
  readonly code = 'too-many-route-decisions';
  constructor(companyCnpj: Cnpj, options?: ErrorOptions) {
    super(`Company ${companyCnpj} has ${MAX_ROUTE_DECISIONS} decisions on record`, options);
  }
}

/** Who changes a counter by hand, and when (ISO 8601, UTC). A change that could hurt has a reason. */
export interface CounterOccasion extends Change {
  readonly reason?: string;
}

/** A change of a counter by hand, from one next number to another. */
export interface CounterChange extends CounterOccasion {
  readonly kind: 'moved-on' | 'rewound';
  readonly from: number;
  readonly to: number;
}

/** What an administrator sees of, and does to, the numbers that emissions take. */
export interface DpsCounter {
  /** The number that the next emission will take, and the highest that any emission took or brought along; 0 for none. */
  state(companyCnpj: string, series: string): Promise<{ readonly nextNumber: number; readonly usedNumber: number }>;
  /** Every change by hand, the oldest first. */
  changes(companyCnpj: string, series: string): Promise<readonly CounterChange[]>;
  /**
   * Counts on after this number. A counter that is past it stays as it is.
   *
   * @throws CounterChanged
   */
  moveOn(companyCnpj: string, series: string, number: number, occasion: CounterOccasion): Promise<void>;
  /**
   * Counts on after the highest number that any emission used, whatever the counter was moved on to.
   *
   * @throws NothingToRewind, CounterChanged
   */
  rewind(companyCnpj: string, series: string, occasion: CounterOccasion & { readonly reason: string }): Promise<void>;
}

/** Somebody else changed the counter at the same moment. Nothing was changed; a repetition reads it anew. */
export class CounterChanged extends Error {
  override readonly name = 'CounterChanged';
  readonly code = 'counter-changed';
  constructor(companyCnpj: string, series: string, options?: ErrorOptions) {
    super(`The counter of ${companyCnpj} in series ${series} changed meanwhile`, options);
  }
}

/** Every number up to the counter was used, or the counter is too old to tell: it cannot go back. */
export class NothingToRewind extends Error {
  override readonly name = 'NothingToRewind';
  readonly code = 'nothing-to-rewind';
  constructor(companyCnpj: string, series: string) {
    super(`No number of ${companyCnpj} in series ${series} is unused before the counter`);
  }
}

/** A company's certificate and its key, in the form that TLS takes them (PEM). The key is a secret: never logged, never returned. */
export interface CertificateSecret {
  readonly key: string;
  /** The company's own first, those above it behind. */
  readonly certificate: string;
}

/** All that the API may do with certificates: put them away. */
export interface SecretWriter {
  /** Replaces the company's certificate. */
  put(companyCnpj: string, secret: CertificateSecret): Promise<void>;
}

/** All that the worker may do with them. */
export interface SecretReader {
  /** @returns the newest, with the name of its version; `undefined` where there is none */
  get(companyCnpj: string): Promise<{ readonly version: string; readonly secret: CertificateSecret } | undefined>;
}

/** What a city hall gives a company besides its certificate. Both are secret: never logged, never returned, never kept as evidence. */
export interface CityLogin {
  readonly user: string;
  readonly password: string;
}

/** All that the API may do with logins: put them away. */
export interface CityLoginWriter {
  /** Replaces the company's login in that city. */
  put(companyCnpj: string, municipalityCode: string, login: CityLogin): Promise<void>;
}

/** All that the worker may do with them. */
export interface CityLoginReader {
  /** @returns the newest; `undefined` where there is none */
  get(companyCnpj: string, municipalityCode: string): Promise<CityLogin | undefined>;
}
