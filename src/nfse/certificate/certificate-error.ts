type CertificateProblem =
  | 'unreadable'
  | 'password'
  | 'unsupported'
  | 'no-key'
  | 'no-certificate'
  | 'key-type'
  | 'usage'
  | 'no-owner'
  | 'owner'
  | 'expired'
  | 'not-yet-valid';

/** The certificate cannot be used. Message and remedy are for the person who sent it, and hold nothing of its secrets. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: CertificateProblem;
  readonly howToFix: string;
  constructor(code: CertificateProblem, message: string, howToFix: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.howToFix = howToFix;
  }
}
