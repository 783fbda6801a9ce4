import type { InvoiceId } from '../../events/ids.ts';

/** What the worker hands to a provider: the document as it was built at emission, and the names it is known by. */
export interface Submission {
  readonly invoiceId: InvoiceId;
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  readonly dps: { readonly series: string; readonly number: number };
  /** The DPS or RPS as XML text, the bytes that were stored before the invoice was accepted. */
  readonly document: string;
  /** Deferrals so far: how many times the document may have been sent before. */
  readonly attempt: number;
  /** Of the batch that the authority took and had not processed when it was last asked. */
  readonly protocol?: string;
}

/** A note that exists at the provider. */
export interface IssuedNote {
  readonly providerProtocol: string;
  readonly nfseNumber: string;
  /** Of the national system. A city hall's own note is known by its number and its verification code. */
  readonly accessKey?: string | undefined;
  readonly verificationCode?: string | undefined;
  /** ISO 8601 with offset. */
  readonly issuedAt: string;
  /** The authorised document. Absent when the answer named the note but its XML could not be read: fetch it later. */
  readonly xml?: string;
}

/** What a user is told of a refusal. `howToFix` is Portuguese, for the fiscal user; `source` is the authority's own text. */
export interface ProviderError {
  readonly code: string;
  readonly message: string;
  readonly howToFix: string;
  /** JSON pointer into the emission request, where one field is to blame. */
  readonly field?: string;
  readonly source: string;
}

/** The provider could not be reached, or said so itself. Nothing was sent, or what was sent has no effect: send again later. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** The note may exist: no readable answer came, or one that does not settle it. Never a failure; `find` before any resend. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  /** The authority itself answered, if only by a refusal: it is not silent. */
  readonly answered?: true;
}

/** The authority refused. The number is not used up; the same DPS may be sent again once corrected. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly error: ProviderError;
}

/** The authority took the declaration and will decide later: ask again by the protocol, or by the number where there is none. */
export interface Pending {
  readonly kind: 'pending';
  readonly protocol?: string;
  readonly reason: string;
}

export type IssueOutcome =
  | { readonly kind: 'issued'; readonly note: IssuedNote }
  /** The authority already has a note for this DPS id (E0014): `find` it and compare. */
  | { readonly kind: 'already-used'; readonly reason: string }
  | Pending
  | Rejected
  | Unavailable
  | Unknown;

export type FindOutcome =
  | { readonly kind: 'found'; readonly note: IssuedNote; readonly matches: boolean }
  | { readonly kind: 'absent' }
  | Pending
  /** What was taken for processing was refused, and no note came of it. */
  | Rejected
  | Unavailable
  | Unknown;

export interface Cancellation {
  readonly invoiceId: InvoiceId;
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  readonly dps: { readonly series: string; readonly number: number };
  readonly accessKey?: string;
  readonly nfseNumber: string;
  /** ISO 8601 with offset. */
  readonly issuedAt: string;
  /** The issuer's registration in the city. */
  readonly municipalRegistration?: string;
  readonly reasonCode: string;
  readonly reason: string;
  /** ISO 8601: when the cancellation is sent. */
  readonly at: string;
}

export type CancelOutcome =
  | {
      readonly kind: 'cancelled';
      readonly protocol: string /** ISO 8601 */;
      readonly cancelledAt: string;
      readonly xml?: string;
    }
  | Rejected
  | Unavailable
  | Unknown;

/**
 * A city hall's system: three verbs and a mapping of its answers. None of the verbs throws for what the authority or the
 * network does; a throw is a defect of ours and goes to the DLQ.
 *
 * `cancel` answers `cancelled` too when the note turns out to be cancelled already.
 */
export interface Provider {
  issue(submission: Submission): Promise<IssueOutcome>;
  /** `matches` says whether the note found was made of the document at hand, or of another that had its number. */
  find(submission: Submission): Promise<FindOutcome>;
  cancel(cancellation: Cancellation): Promise<CancelOutcome>;
}
