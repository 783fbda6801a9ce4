import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SignedXml } from 'xml-crypto';

/** What xml-crypto says of the first signature in a document. */
export function verifiedByXmlCrypto(xml: string, certificatePem: string): boolean {
  const signature = /<Signature [\s\S]*?<\/Signature>/.exec(xml)?.[0];
  if (!signature) return false;
  const verifier = new SignedXml({ publicCert: certificatePem });
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(xml);
  } catch {
    return false;
  }
}

const version = /^xmlsec1 (\d+)\.(\d+)/.exec(spawnSync('xmlsec1', ['--version'], { encoding: 'utf8' }).stdout ?? '');

/** Why what needs the independent checker is skipped. */
export const WITHOUT_XMLSEC1 =
  version !== null
    ? undefined
    : 'xmlsec1 is not installed, so no signature was held against an independent checker: its Debian package is xmlsec1';

/** What xmlsec1 says of the first signature in a document. @param signed `namespace:name` of the signed elements */
export function verifiedByXmlsec1(xml: string, certificatePem: string, ...signed: readonly string[]): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'nfse-xmlsec-'));
  try {
    const document = path.join(folder, 'document.xml');
    const certificate = path.join(folder, 'certificate.pem');
    writeFileSync(document, xml);
    writeFileSync(certificate, certificatePem);
    // From 1.3 on a key is only taken for the KeyInfo's own certificate when it is told to look around.
    const lax = Number(version?.[1]) > 1 || Number(version?.[2]) > 2 ? ['--lax-key-search'] : [];
    const ids = signed.flatMap((name) => ['--id-attr:Id', name]);
    const { status } = spawnSync('xmlsec1', ['--verify', '--pubkey-cert-pem', certificate, ...lax, ...ids, document]);
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
