import { lambda } from './lambda.ts';
import document from './openapi.json' with { type: 'json' };

/** The API's own description, generated from the schemas that the other handlers read requests by (`npm run openapi`). */
export const handler = lambda('openapi', async () => ({ status: 200, body: document }));
