import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RPS } from '../nfse/layouts/known-layouts.ts';

/** What an official schema has against a document: nothing, or its reasons. */
export type SchemaCheck = (xml: string) => string | undefined;

/** File of each set that declares a root. The national sets have one each, ABRASF's one for all messages. */
const MAIN: Readonly<Record<string, (root: string) => string | undefined>> = {
  'nacional-1.01': (root) => `${root}_v1.01.xsd`,
  'nacional-1.01-cnpj-alfa': (root) => `${root}_v1.01.xsd`,
  'abrasf-2.04': abrasf('nfse_v2-04.xsd'),
  'abrasf-2.03': abrasf('nfse_v2-03.xsd'),
  'abrasf-1.00': abrasf('nfse_v1-00.xsd'),
};

/** No official schema declares an RPS by itself. */
function abrasf(file: string) {
  return (root: string) => (root === RPS ? undefined : file);
}

/** Schemas are compiled once a process, by their file. */
const CHECKS = new Map<string, SchemaCheck>();

/**
 * A check with the authority's own schema, which is not ours to distribute.
 *
 * @param folder holds the files of the set, or one folder a set (`nacional-1.01/DPS_v1.01.xsd`)
 * @param set name of a layout
 * @param root element that the documents start with
 * @returns `undefined` where the folder has no such schema
 */
export async function officialSchema(folder: string, set: string, root: string): Promise<SchemaCheck | undefined> {
  const file = MAIN[set]?.(root);
  const found = file === undefined ? undefined : [join(folder, set), folder].find((path) => has(path, file));
  return file === undefined || found === undefined ? undefined : schemaCheck(found, file);
}

/**
 * A check with a schema.
 *
 * @param folder with every file that it includes
 * @param file that declares the roots
 */
export async function schemaCheck(folder: string, file: string): Promise<SchemaCheck> {
  const before = CHECKS.get(join(folder, file));
  if (before) return before;
  // Loaded here: it brings a WebAssembly module that nothing else of the command line needs.
  const {
    ParseOption,
    XmlBufferInputProvider,
    XmlDocument,
    XmlLibError,
    XsdValidator,
    xmlCleanupInputProvider,
    xmlRegisterInputProvider,
  } = await import('libxml2-wasm');
  const url = (name: string) => `mem://${encodeURI(folder)}/${name}`;
  const files = schemaFiles(folder);
  // Includes are answered from memory alone: nothing is fetched, whatever a schema names. libxml2 has room for a handful of
  // providers a process, and needs this one while the schema is compiled.
  xmlRegisterInputProvider(
    new XmlBufferInputProvider(Object.fromEntries(files.map(([name, bytes]) => [url(name), bytes]))),
  );
  const validator = compiled();
  const check: SchemaCheck = (xml) => {
    let document: InstanceType<typeof XmlDocument> | undefined;
    try {
      document = XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_NONET });
      validator.validate(document);
      return undefined;
    } catch (error) {
      if (error instanceof XmlLibError) return error.message;
      throw error;
    } finally {
      document?.dispose();
    }
  };
  CHECKS.set(join(folder, file), check);
  return check;

  function compiled() {
    try {
      const text = new TextDecoder().decode(files.find(([name]) => name === file)?.[1]);
      return XsdValidator.fromDoc(XmlDocument.fromString(text, { url: url(file) }));
    } finally {
      xmlCleanupInputProvider();
    }
  }
}

/** The schema of XML signatures names a DTD of the W3C's, of which nothing is needed. */
function schemaFiles(folder: string): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const encoder = new TextEncoder();
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xsd'))
    .map((name) => {
      const text = withoutDtd(readFileSync(join(folder, name), 'utf8'));
      return [name, encoder.encode(text)] as const;
    });
}

function withoutDtd(text: string): string {
  const start = text.indexOf('<!DOCTYPE');
  if (start < 0) return text;
  const subset = text.indexOf('[', start);
  const end = text.indexOf('>', start);
  const close = subset >= 0 && subset < end ? text.indexOf('>', text.indexOf(']', subset)) : end;
  return text.slice(0, start) + text.slice(close + 1);
}

function has(folder: string, file: string): boolean {
  try {
    return readdirSync(folder).includes(file);
  } catch {
    return false;
  }
}
