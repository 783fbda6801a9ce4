/**
 * Declarations made ready to send: what each step costs in processor time, and the signature beside xml-crypto's of the same document.
 * Both sign with RSA-2048 and SHA-1, which is the floor. Processor time is taken, since it says much the same on a busy machine.
 *
 *   node local/launch.mjs bench/signatures.ts
 */
import { type createPrivateKey, sign as rsaSign } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { buildDps } from '../src/nfse/national/dps-document.ts';
import { pack } from '../src/nfse/national/packaging.ts';
import { emission } from '../src/nfse/tax/sales.fixtures.ts';
import { DIGEST_METHODS, ENVELOPED, INCLUSIVE, SIGNATURE_METHODS } from '../src/nfse/xmldsig/algorithms.ts';
import { NATIONAL_SIGNING } from '../src/nfse/xmldsig/profile.ts';
import { signXml } from '../src/nfse/xmldsig/sign.ts';
import { verifyDocument } from '../src/nfse/xmldsig/verify.ts';
import { makeCertificate } from '../test/certificates.ts';
import { inTurns } from './in-turns.ts';

const TARGET = 3;
const ROUNDS = 7;
const ROUND_US = 400_000;

const signer = makeCertificate();
const description = 'Desenvolvimento de sistema sob encomenda, com manutenção & suporte. '.repeat(6).slice(0, 400);
const input = { ...emission, service: { ...emission.service, description } };
const document = buildDps(input);
const signedDocument = signXml(document, NATIONAL_SIGNING, signer);

function byXmlCrypto(privateKey: string | ReturnType<typeof createPrivateKey>): string {
  const signature = new SignedXml({
    privateKey,
    publicCert: signer.certificatePem,
    signatureAlgorithm: SIGNATURE_METHODS.sha1,
    canonicalizationAlgorithm: INCLUSIVE,
  });
  signature.addReference({
    xpath: "//*[local-name(.)='infDPS']",
    digestAlgorithm: DIGEST_METHODS.sha1,
    transforms: [ENVELOPED, INCLUSIVE],
  });
  signature.computeSignature(document);
  return signature.getSignedXml();
}

const contenders = {
  'ours: build': () => buildDps(input),
  'ours: sign': () => signXml(document, NATIONAL_SIGNING, signer),
  'ours: package': () => pack(signedDocument),
  'xml-crypto: sign, key as PEM': () => byXmlCrypto(signer.keyPem),
  'xml-crypto: sign, key parsed before': () => byXmlCrypto(signer.key),
  'RSA alone': () => rsaSign('sha1', Buffer.from(document), signer.key),
};
type Contender = keyof typeof contenders;

/** @returns microseconds of processor time */
function costOf(work: () => unknown): number {
  const started = process.cpuUsage();
  let done = 0;
  let spent = 0;
  while (spent < ROUND_US) {
    work();
    done++;
    const { user, system } = process.cpuUsage(started);
    spent = user + system;
  }
  return spent / done;
}

for (const signed of [signedDocument, byXmlCrypto(signer.keyPem)]) {
  if (!verifyDocument(signed)?.good) throw new Error('A contender signs wrongly');
}
const names = Object.keys(contenders) as Contender[];
const costs = inTurns(
  Object.fromEntries(names.map((name) => [name, () => costOf(contenders[name])])) as Record<Contender, () => number>,
  ROUNDS,
);
for (const name of names) console.log(`${name.padEnd(40)} ${costs[name].toFixed(0).padStart(6)} µs`);
const ratio = costs['xml-crypto: sign, key as PEM'] / costs['ours: sign'];
const strictRatio = costs['xml-crypto: sign, key parsed before'] / costs['ours: sign'];
console.log(`\nxml-crypto's signature costs ${ratio.toFixed(1)} times ours (target ${TARGET}),`);
console.log(`and ${strictRatio.toFixed(1)} times where it gets its key parsed.`);
if (ratio < TARGET) process.exitCode = 1;
