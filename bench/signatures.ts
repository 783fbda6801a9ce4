/**
 * Declarations made ready to send, a second, on one core: built, signed and packaged by this project, beside xml-crypto doing the
 * signature alone on the same document. Both sign with RSA-2048 and SHA-1, so the larger part of our time is the key's.
 *
 *   node local/launch.mjs bench/signatures.ts
 */
import { type createPrivateKey, sign as rsaSign } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { buildDps } from '../src/nfse/national/dps-document.ts';
import { emission } from '../src/nfse/tax/sales.fixtures.ts';
import { DIGEST_METHODS, ENVELOPED, INCLUSIVE, SIGNATURE_METHODS } from '../src/nfse/xmldsig/algorithms.ts';
import { NATIONAL_SIGNING } from '../src/nfse/xmldsig/profile.ts';
import { signXml } from '../src/nfse/xmldsig/sign.ts';
import { verifyDocument } from '../src/nfse/xmldsig/verify.ts';
import { pack } from '../src/worker/providers/national/packaging.ts';
import { makeCertificate } from '../test/certificates.ts';

const TARGET = 3;
const ROUNDS = 7;
const ROUND_MS = 400;

const signer = makeCertificate();
const document = buildDps(emission);

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

let number = 0;
const contenders = {
  'ours: build, sign, package': () => {
    number += 1;
    return pack(signXml(buildDps({ ...emission, dps: { series: '1', number } }), NATIONAL_SIGNING, signer));
  },
  'ours: sign alone': () => signXml(document, NATIONAL_SIGNING, signer),
  'xml-crypto: sign alone, key as PEM': () => byXmlCrypto(signer.keyPem),
  'xml-crypto: sign alone, key parsed before': () => byXmlCrypto(signer.key),
  'RSA alone, the floor of all': () => rsaSign('sha1', Buffer.from(document), signer.key),
};
type Contender = keyof typeof contenders;

function perSecond(work: () => unknown): number {
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < ROUND_MS) {
    work();
    done++;
  }
  return (done * 1000) / (performance.now() - started);
}

for (const signed of [signXml(document, NATIONAL_SIGNING, signer), byXmlCrypto(signer.keyPem)]) {
  if (!verifyDocument(signed)?.good) throw new Error('A contender signs wrongly');
}
const names = Object.keys(contenders) as Contender[];
const rates = new Map<Contender, number[]>(names.map((name) => [name, []]));
// In turns, so that whatever else the machine does hits all alike; the first round only warms up.
for (let round = 0; round <= ROUNDS; round++) {
  for (const name of names) {
    const rate = perSecond(contenders[name]);
    if (round > 0) rates.get(name)?.push(rate);
  }
}
const median = (name: Contender) => [...(rates.get(name) ?? [])].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
for (const name of names) console.log(`${name.padEnd(44)} ${median(name).toFixed(0).padStart(6)}/s`);
const whole = median('ours: build, sign, package');
const ratio = whole / median('xml-crypto: sign alone, key as PEM');
const strictRatio = whole / median('xml-crypto: sign alone, key parsed before');
console.log(`\nours, all of it, is ${ratio.toFixed(1)} times xml-crypto's signature (target ${TARGET}),`);
console.log(`and ${strictRatio.toFixed(1)} times where xml-crypto gets its key parsed.`);
if (ratio < TARGET) process.exitCode = 1;
