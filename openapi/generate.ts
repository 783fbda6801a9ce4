// Writes the API's description to where it is served from: `npm run openapi`.
import { writeFile } from 'node:fs/promises';
import { openApiDocument } from './document.ts';
import { DOCUMENT_FILE, written } from './document-file.ts';

await writeFile(DOCUMENT_FILE, written(await openApiDocument()));
