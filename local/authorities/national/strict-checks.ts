import { NATIONAL_1_01_ALPHANUMERIC } from '../../../src/nfse/layouts/national.ts';
import { validate } from '../../../src/nfse/layouts/validate.ts';
import { parseXml, XmlError } from '../../../src/nfse/xml.ts';
import { verifyDocument } from '../../../src/nfse/xmldsig/verify.ts';
import type { DocumentChecks, Signed } from './document-checks.ts';

/**
 * As strict as the real authority: the layout to the letter, and a signature of the whole document by a company that the authority
 * certified. The revision that takes letters in CNPJs also takes all that the one before takes.
 *
 * @param authority PEM of the certificate authority
 */
export function strictNationalChecks(authority: string): DocumentChecks {
  return { authority, layout: layoutProblem, signature };
}

function layoutProblem(xml: string): string | undefined {
  try {
    const [first] = validate(NATIONAL_1_01_ALPHANUMERIC, parseXml(xml));
    return first && `${first.path}: ${first.message}`;
  } catch (error) {
    if (error instanceof XmlError) return error.message;
    throw error;
  }
}

function signature(xml: string): Signed {
  const finding = verifyDocument(xml);
  if (!finding) return { kind: 'missing' };
  return finding.good
    ? { kind: 'good', certificate: finding.certificate }
    : { kind: 'bad', detail: `${finding.place}: ${finding.message}` };
}
