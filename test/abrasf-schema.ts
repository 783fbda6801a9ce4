import { XmlBufferInputProvider, XmlDocument, XmlLibError, XsdValidator, xmlRegisterInputProvider } from 'libxml2-wasm';
import type { AbrasfLayout } from '../src/nfse/abrasf/operations.ts';
import { factFile, type SchemaCheck } from './national-schema.ts';

const SIGNATURES = 'xmldsig-core-schema20020212.xsd';

/**
 * A validator over the official schema of an ABRASF layout.
 *
 * @returns `undefined` where the fact pack is not there
 */
export function abrasfSchemaCheck(layout: AbrasfLayout): SchemaCheck | undefined {
  const folder = `schemas/abrasf-${layout}`;
  const main = factFile(`${folder}/nfse_v${layout.replace('.', '-')}.xsd`);
  const signatures = factFile(`${folder}/${SIGNATURES}`);
  if (main === undefined || signatures === undefined) return undefined;
  // The signature schema names a DTD of the W3C's: never fetched, and nothing in it is needed.
  const bytes = new TextEncoder().encode(signatures.replace(/<!DOCTYPE[^[>]*(\[[\s\S]*?\])?\s*>/, ''));
  const base = `mem:///abrasf-${layout}`;
  xmlRegisterInputProvider(new XmlBufferInputProvider({ [`${base}/${SIGNATURES}`]: bytes }));
  const validator = XsdValidator.fromDoc(XmlDocument.fromString(main, { url: `${base}/main.xsd` }));
  return (xml) => {
    const document = XmlDocument.fromString(xml);
    try {
      validator.validate(document);
      return undefined;
    } catch (error) {
      if (error instanceof XmlLibError) return error.message;
      throw error;
    } finally {
      document.dispose();
    }
  };
}
