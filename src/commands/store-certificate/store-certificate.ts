import type { KeyObject, X509Certificate } from 'node:crypto';
import { chooseCertificate } from '../../nfse/certificate/company-certificate.ts';
import type { Holder } from '../../nfse/certificate/holder.ts';
import type { Cnpj } from '../../nfse/cnpj.ts';
import { type Change, type Companies, type Company, CompanyUnknown, type SecretWriter } from '../company-ports.ts';
import { comesFrom } from './origin.ts';

/** A key of an A1 file with its certificate. `key` is a secret. */
export interface OpenedCertificate {
  readonly key: KeyObject;
  /** The company's own. */
  readonly certificate: X509Certificate;
  /** Those above it, as far as the file has them. */
  readonly chain: readonly X509Certificate[];
  readonly holder: Holder;
  readonly validFrom: Date;
  readonly validTo: Date;
}

export interface StoreCertificateDeps {
  readonly companies: Companies;
  readonly secrets: SecretWriter;
  /** Opens a PFX file (PKCS#12), which may hold several. @throws what tells the user why it cannot be used */
  readonly open: (file: Buffer, password: string) => readonly [OpenedCertificate, ...OpenedCertificate[]];
  /** @throws when it is another company's */
  readonly checkOwner: (opened: OpenedCertificate, companyCnpj: string) => void;
  /** @throws when the authorities would not take what it signs */
  readonly checkUse: (opened: OpenedCertificate) => void;
  /** @throws when it does not count yet, or no more */
  readonly checkValidity: (opened: OpenedCertificate, now: Date) => void;
  /** Whom certificates must come from; anybody when there are none. */
  readonly authorities: readonly X509Certificate[];
}

/** The certificate is of an authority that nobody here trusts. Texts are for the person who sent it. */
export class UntrustedCertificate extends Error {
  override readonly name = 'UntrustedCertificate';
  readonly code = 'untrusted';
  readonly howToFix =
    'Use um certificado ICP-Brasil A1 e exporte-o com toda a cadeia de certificação (opção "incluir todos os certificados").';
  constructor(issuer: string) {
    super(`O certificado não vem de uma autoridade certificadora aceita (emissor: ${issuer}).`);
  }
}

/**
 * Puts a company's certificate away and notes what may be shown of it. Of several in a file it is the one that passes every check. The secret comes first: should the process die in between, the
 * company shows the certificate it had, the worker uses the new one, and sending the file again mends it.
 *
 * @throws CompanyUnknown, UntrustedCertificate, and what the three functions handed in throw
 */
export async function storeCertificate(
  deps: StoreCertificateDeps,
  companyCnpj: Cnpj,
  { file, password }: { readonly file: Buffer; readonly password: string },
  change: Change,
): Promise<Company> {
  if (!(await deps.companies.get(companyCnpj))) throw new CompanyUnknown(companyCnpj);
  const now = new Date(change.at);
  const opened = chooseCertificate(deps.open(file, password), companyCnpj, [
    (one) => deps.checkOwner(one, companyCnpj),
    deps.checkUse,
    (one) => deps.checkValidity(one, now),
    (one) => checkOrigin(one, deps.authorities, now),
  ]);
  const { key, certificate, chain } = opened;
  await deps.secrets.put(companyCnpj, {
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: [certificate, ...chain].map(String).join(''),
  });
  const facts = {
    holder: opened.holder.name,
    fingerprint: certificate.fingerprint256,
    validFrom: opened.validFrom.toISOString(),
    validTo: opened.validTo.toISOString(),
    storedAt: change.at,
  };
  return deps.companies.noteCertificate(companyCnpj, facts, change);
}

function checkOrigin(
  { certificate, chain }: OpenedCertificate,
  authorities: readonly X509Certificate[],
  now: Date,
): void {
  if (authorities.length === 0 || comesFrom(authorities, certificate, chain, now)) return;
  throw new UntrustedCertificate(/^CN=(.*)$/m.exec(certificate.issuer)?.[1] ?? 'desconhecido');
}
