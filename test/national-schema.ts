import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  XmlBufferInputProvider,
  XmlDocument,
  XmlValidateError,
  XsdValidator,
  xmlRegisterInputProvider,
} from 'libxml2-wasm';

/** The fact pack beside the repository: official schemas and samples, which are not ours to distribute. */
const FACTS = new URL('../../shared/nfse/', import.meta.url);

/** The text of a file of the fact pack, or `undefined` where the pack is not there. */
export function factFile(path: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(path, FACTS)), 'utf8');
  } catch {
    return undefined;
  }
}

const TYPES = [
  'tiposComplexos_v1.01.xsd',
  'tiposSimples_v1.01.xsd',
  'tiposEventos_v1.01.xsd',
  'xmldsig-core-schema.xsd',
];

/** What a schema has against a document: nothing, or the reasons. */
export type SchemaCheck = (xml: string) => string | undefined;

/**
 * A validator over one of the official schema sets.
 *
 * @param set `nacional-1.01` (numeric CNPJ) or `nacional-1.01-cnpj-alfa` (with letters)
 * @param root file of the root element, `DPS_v1.01.xsd`
 * @returns `undefined` where the fact pack is not there
 */
export function schemaCheck(set: string, root: string): SchemaCheck | undefined {
  const main = factFile(`schemas/${set}/${root}`);
  if (main === undefined) return undefined;
  const encoder = new TextEncoder();
  const files = TYPES.flatMap((name) => {
    const text = factFile(`schemas/${set}/${name}`);
    // The signature schema names a DTD of the W3C's: never fetched, and nothing in it is needed.
    const bytes =
      text === undefined ? undefined : encoder.encode(text.replace(/<!DOCTYPE[^[>]*(\[[\s\S]*?\])?\s*>/, ''));
    return bytes ? [[`mem:///${set}/${name}`, bytes] as const] : [];
  });
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(files)));
  const schema = XmlDocument.fromString(main, { url: `mem:///${set}/${root}` });
  const validator = XsdValidator.fromDoc(schema);
  return (xml) => {
    const document = XmlDocument.fromString(xml);
    try {
      validator.validate(document);
      return undefined;
    } catch (error) {
      if (error instanceof XmlValidateError) return error.message;
      throw error;
    } finally {
      document.dispose();
    }
  };
}
