import { all, localName } from '../../../src/nfse/abrasf/elements.ts';
import { namespacesOf } from '../../../src/nfse/abrasf/messages.ts';
import type { AbrasfLayout } from '../../../src/nfse/abrasf/operations.ts';
import { ABRASF_1_00 } from '../../../src/nfse/layouts/abrasf-1-00.ts';
import { ABRASF_2_03, abrasf203 } from '../../../src/nfse/layouts/abrasf-2-03.ts';
import { ABRASF_2_04, abrasf204 } from '../../../src/nfse/layouts/abrasf-2-04.ts';
import { TAX_REFORM_LAYOUTS } from '../../../src/nfse/layouts/abrasf-tax-reform.ts';
import { OUTERMOST, resolve } from '../../../src/nfse/layouts/namespaces.ts';
import type { Layout } from '../../../src/nfse/layouts/notation.ts';
import { validate } from '../../../src/nfse/layouts/validate.ts';
import { messageStyleOf } from '../../../src/nfse/municipality-profiles/dialect-styles.ts';
import type { Dialect } from '../../../src/nfse/municipality-profiles/schema.ts';
import { parseXml, type XmlElement } from '../../../src/nfse/xml.ts';
import { verifySignatures } from '../../../src/nfse/xmldsig/verify.ts';
import type { HandedInChecks } from './checks.ts';

const LAYOUTS: Readonly<Record<AbrasfLayout, Layout>> = {
  '1.00': ABRASF_1_00,
  '2.03': ABRASF_2_03,
  '2.04': ABRASF_2_04,
};

/** Elements that a dialect may want signed, wherever they stand in a message. */
const SIGNED = {
  rps: ['InfRps', 'InfDeclaracaoPrestacaoServico'],
  batch: ['LoteRps'],
  cancellation: ['InfPedidoCancelamento'],
} as const;

/**
 * As strict as a city hall can be: the layout to the letter in the dialect's namespaces, every signature there that the dialect has,
 * and every signature good.
 */
export const strictChecks: HandedInChecks = { layout: layoutProblems, signature: everythingSigned };

function layoutProblems(root: XmlElement, dialect: Dialect): readonly string[] {
  const layout = layoutOf(dialect);
  const namespaces = namespacesOf(localName(root), messageStyleOf(dialect));
  const expected = [namespaces.root, namespaces.children, namespaces.deeper];
  // What the vendor's own schema has otherwise than the model's.
  const otherwise = [
    ...Object.values(dialect.cancellation.nationalReason ?? {}),
    ...(dialect.serviceItem === 'nnnnnn' || isBefore203(dialect) ? ['ItemListaServico'] : []),
  ];
  const translated = inNamespaceOf(layout, root, expected, OUTERMOST);
  return validate(layout, translated)
    .filter(({ path }) => dialect.batchVersion || !path.endsWith('/LoteRps/@versao'))
    .filter(({ path }) => !otherwise.includes(path.slice(path.lastIndexOf('/') + 1)))
    .map(({ path, message }) => `${path}: ${message}`);
}

/** The second model had no list of services before 2.03. */
function isBefore203({ layout, version = layout }: Dialect): boolean {
  return layout !== '1.00' && version < '2.03';
}

/** A vendor's own declaration in the messages of its model. */
function layoutOf({ layout, taxReform }: Dialect): Layout {
  if (!taxReform) return LAYOUTS[layout];
  return (layout === '2.04' ? abrasf204 : abrasf203)(taxReform, TAX_REFORM_LAYOUTS[taxReform]);
}

/**
 * The message with the layout's namespace wherever it has the one that its dialect expects there.
 *
 * @param expected of this element, of its children, and of everything deeper
 */
function inNamespaceOf(
  layout: Layout,
  element: XmlElement,
  [own = '', ...below]: readonly string[],
  scope: ReadonlyMap<string, string>,
): XmlElement {
  const resolved = resolve(element, scope);
  const further = below.length > 0 ? below : [own];
  const namespace = resolved.namespace === own ? layout.namespace : resolved.namespace;
  return {
    ...element,
    name: resolved.local,
    attributes: { ...element.attributes, xmlns: namespace },
    children: element.children.map((child) => inNamespaceOf(layout, child, further, resolved.scope)),
  };
}

function everythingSigned(xml: string, { signature }: Dialect): boolean {
  const findings = verifySignatures(signature.exclusive ? xml : takenOut(xml));
  const signed = new Set(findings.flatMap((finding) => (finding.good ? [finding.id] : [])));
  const names = (['rps', 'batch', 'cancellation'] as const).flatMap((what) => (signature[what] ? SIGNED[what] : []));
  const root = parseXml(xml);
  // Name by name: an RPS stands inside its batch, and both are signed.
  const wanted = names.flatMap((name) => all(root, name)).map((element) => element.attributes.Id ?? '');
  const whole = findings.some((finding) => finding.good && finding.signed === `/${root.name}`);
  return (
    findings.every(({ good }) => good) &&
    wanted.every((id) => signed.has(id)) &&
    (whole || !isSignedAsAWhole(root, signature))
  );
}

/** A question, and the older request to cancel, have nothing with an Id to sign. */
function isSignedAsAWhole(root: XmlElement, { questions, cancellation }: Dialect['signature']): boolean {
  if (localName(root).startsWith('Consultar')) return questions;
  return cancellation && localName(root) === 'CancelarNfseEnvio' && all(root, 'InfPedidoCancelamento').length === 0;
}

/** The inclusive canonical form would take in the prefixes of an envelope that the message stood in. */
function takenOut(xml: string): string {
  return xml.replace(/<[^?][^>]*>/, (root) => root.replaceAll(/ xmlns:[\w.-]+="[^"]*"/g, ''));
}
