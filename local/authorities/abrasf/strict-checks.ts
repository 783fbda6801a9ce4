import { all } from '../../../src/nfse/abrasf/elements.ts';
import type { AbrasfLayout } from '../../../src/nfse/abrasf/operations.ts';
import { ABRASF_1_00 } from '../../../src/nfse/layouts/abrasf-1-00.ts';
import { ABRASF_2_03 } from '../../../src/nfse/layouts/abrasf-2-03.ts';
import { ABRASF_2_04 } from '../../../src/nfse/layouts/abrasf-2-04.ts';
import type { Layout } from '../../../src/nfse/layouts/notation.ts';
import { validate } from '../../../src/nfse/layouts/validate.ts';
import { parseXml, type XmlElement } from '../../../src/nfse/xml.ts';
import { verifySignatures } from '../../../src/nfse/xmldsig/verify.ts';
import type { HandedInChecks } from './checks.ts';

const LAYOUTS: Readonly<Record<AbrasfLayout, Layout>> = {
  '1.00': ABRASF_1_00,
  '2.03': ABRASF_2_03,
  '2.04': ABRASF_2_04,
};

/** What a city hall that asks for every signature wants signed, wherever it stands in a message. */
const SIGNED = ['InfRps', 'InfDeclaracaoPrestacaoServico', 'LoteRps', 'InfPedidoCancelamento'];

/** As strict as a city hall can be: the layout to the letter, every signature there, and every signature good. */
export const strictChecks: HandedInChecks = { layout: layoutProblems, signature: everythingSigned };

function layoutProblems(root: XmlElement, layout: AbrasfLayout): readonly string[] {
  const namespace = root.attributes.xmlns ?? LAYOUTS[layout].namespace;
  return validate(LAYOUTS[layout], root, { namespace }).map(({ path, message }) => `${path}: ${message}`);
}

function everythingSigned(xml: string): boolean {
  const findings = verifySignatures(xml);
  const signed = new Set(findings.flatMap((finding) => (finding.good ? [finding.id] : [])));
  const wanted = all(parseXml(xml), ...SIGNED).map((element) => element.attributes.Id ?? '');
  return findings.every(({ good }) => good) && wanted.every((id) => signed.has(id));
}
