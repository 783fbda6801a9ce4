import { parseArgs } from 'node:util';
import { holderOf } from '../nfse/certificate/holder.ts';
import { positionOf } from '../nfse/layouts/position.ts';
import { decodeXml } from '../nfse/xml-bytes.ts';
import { type Finding, type GoodSignature, verifySignatures } from '../nfse/xmldsig/verify.ts';
import { type Fault, faultLine, faultOf } from './fault.ts';
import { DOCUMENT_BYTES, onlyFile, readInput } from './files.ts';
import type { Verb } from './verb.ts';

const UNSIGNED: Fault = { code: 'unsigned', message: 'O documento não tem assinatura' };

/** `nfse verify`: every signature of a document, who made it, and what is wrong with it. Bad when there is none. */
export const verify: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const file = onlyFile(positionals);
  const bytes = await readInput(invocation, file, DOCUMENT_BYTES);
  const { xml, findings, fault } = examine(bytes);
  const good = !fault && findings.every((finding) => finding.good);
  if (values.json) {
    const signatures = findings.map((finding) => describe(finding, xml));
    invocation.output.out(JSON.stringify({ good, signatures, ...(fault && { fault }) }, null, 2));
  } else {
    for (const finding of findings) invocation.output.out(tell(file, finding, xml));
    if (fault) invocation.output.out(faultLine(file, fault));
  }
  return good ? 0 : 1;
};

function examine(bytes: Buffer): { xml: string; findings: readonly Finding[]; fault?: Fault } {
  let xml = '';
  try {
    xml = decodeXml(bytes).text;
    const findings = verifySignatures(xml);
    return findings.length === 0 ? { xml, findings, fault: UNSIGNED } : { xml, findings };
  } catch (error) {
    return { xml, findings: [], fault: faultOf(error, xml) };
  }
}

function describe(finding: Finding, xml: string): Readonly<Record<string, unknown>> {
  const { at, ...rest } = finding;
  const place = positionOf(xml, at);
  if (!finding.good) return { ...rest, ...place };
  const { signed, id, hash, canonicalization, otherKeyInfo } = finding;
  return { good: true, signed, id, ...place, hash, canonicalization, signer: signerOf(finding), otherKeyInfo };
}

function signerOf({ certificate }: GoodSignature) {
  return {
    ...holderOf(certificate),
    issuer: certificate.issuer.replaceAll('\n', ', '),
    serialNumber: certificate.serialNumber,
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
  };
}

function tell(file: string, finding: Finding, xml: string): string {
  const place = positionOf(xml, finding.at);
  if (!finding.good) return faultLine(file, { ...finding, ...place, message: `${finding.place}: ${finding.message}` });
  const { signed, hash } = finding;
  const { name, cnpj, cpf, validFrom, validTo } = signerOf(finding);
  const registration = cnpj ? `CNPJ ${cnpj}` : cpf ? `CPF ${cpf}` : 'sem CNPJ nem CPF no certificado';
  const validity = `certificado de ${validFrom.slice(0, 10)} a ${validTo.slice(0, 10)}`;
  const where = `${file}:${place.line}:${place.column}`;
  return `${where}: ${signed} confere, assinado com ${hash.toUpperCase()} por ${name} (${registration}; ${validity})`;
}
