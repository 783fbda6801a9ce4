import { all, at, localName, textOf } from '../../../src/nfse/abrasf/elements.ts';
import type { AbrasfOperation } from '../../../src/nfse/abrasf/operations.ts';
import { OUTERMOST, resolve } from '../../../src/nfse/layouts/namespaces.ts';
import { filled } from '../../../src/nfse/municipality-profiles/endpoint.ts';
import type { Dialect, LoginPlace } from '../../../src/nfse/municipality-profiles/schema.ts';
import { parseXml, type XmlElement } from '../../../src/nfse/xml.ts';

/**
 * What is wrong with the element around the parameters, or with the way in which they stand in it: name, namespace, and whether
 * the message is there as elements or as text.
 *
 * @param message root of the message that the call carries
 * @returns the reason of a SOAP fault
 */
export function callFault(
  { soap, operationNames }: Dialect,
  operation: AbrasfOperation,
  message: XmlElement,
  body: string,
): string | undefined {
  const envelope = resolve(parseXml(body), OUTERMOST);
  const soapBody = at(envelope.element, 'Body');
  const [first] = soapBody?.children ?? [];
  if (!soapBody || !first) return 'E186: chamada vazia';
  const wrapper = resolve(first, resolve(soapBody, envelope.scope).scope);
  if (soap.wrapper !== undefined) {
    const name = filled(soap.wrapper, operationNames[operation] ?? operation);
    if (wrapper.local !== name) return `E238: ${wrapper.local}`;
    const namespaces = typeof soap.namespace === 'string' ? [soap.namespace] : Object.values(soap.namespace);
    if (!namespaces.includes(wrapper.namespace)) return `E186: namespace ${wrapper.namespace}`;
  }
  const isInline = all(first, localName(message)).length > 0;
  return isInline === (soap.payload === 'inline') ? undefined : 'E186: parâmetros em outra forma';
}

/** Whether the message comes with a header message. The older request to cancel does not. */
export function hasHeader({ soap, cancellation }: Dialect, message: XmlElement): boolean {
  const isShort = cancellation.shortForm !== undefined && at(message, 'NumeroNfse') !== undefined;
  return soap.header !== undefined && !isShort;
}

/** `versaoDados` of the header message. */
export function dataVersionOf({ layout, version = layout, header }: Dialect): string {
  return header?.dataVersion ?? header?.version ?? version;
}

/** Whether a call bears user and password, which stand beside the parameters. @param password the right one; any without it */
export function isLogin(body: string, place: LoginPlace, password: string | undefined): boolean {
  const root = parseXml(body);
  const given = textOf(root, place.password);
  return textOf(root, place.user) !== undefined && given !== undefined && (password ?? given) === given;
}
