import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the official schemas, which are not ours to distribute: `NFSE_SCHEMAS`, or the fact pack beside the
 * repository. `undefined` where neither is there.
 */
export const OFFICIAL_SCHEMAS: string | undefined = [
  process.env.NFSE_SCHEMAS,
  fileURLToPath(new URL('../../shared/nfse/schemas', import.meta.url)),
].find((folder) => folder !== undefined && existsSync(folder));

/** Title of a test that was skipped for want of them. */
export const WHERE_TO_GET_THEM =
  'skipped: no official schemas. Unpack those of gov.br/nfse (nacional-1.01/, nacional-1.01-cnpj-alfa/) and of abrasf.org.br (abrasf-2.04/ …) into one folder and name it in NFSE_SCHEMAS';
