import path from 'node:path';

/** Where the document lies: beside the handler that serves it. It is generated, and kept so that a change of the API shows as one. */
export const DOCUMENT_FILE = path.join(import.meta.dirname, '../src/handlers/openapi.json');

/** The document as its file has it. */
export const written = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
