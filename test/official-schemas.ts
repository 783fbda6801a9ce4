import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { officialSchema, type SchemaCheck } from '../src/cli/official-schema.ts';
import { WITHOUT_FACTS } from './facts.ts';

/**
 * The folder of the official schemas, which are not ours to distribute: `NFSE_SCHEMAS`, or the fact pack beside the
 * repository; `undefined` where neither is there. A folder that was named has to exist: tests that skip in silence because
 * of a misspelt path prove nothing. An empty name is for doing without.
 */
export const OFFICIAL_SCHEMAS: string | undefined = officialSchemas(process.env.NFSE_SCHEMAS);

function officialSchemas(named: string | undefined): string | undefined {
  if (named === '') return undefined;
  const folder = named ?? fileURLToPath(new URL('../../shared/nfse/schemas', import.meta.url));
  if (existsSync(folder)) return folder;
  if (named !== undefined) throw new Error(`NFSE_SCHEMAS names ${named}, which is not there`);
  return undefined;
}

/** Why what needs them is skipped, and where to get them. */
export const WITHOUT_SCHEMAS =
  OFFICIAL_SCHEMAS !== undefined
    ? undefined
    : (WITHOUT_FACTS ??
      'there are no official schemas, so nothing was held against them: unpack those of gov.br/nfse [nacional-1.01/, nacional-1.01-cnpj-alfa/] and of abrasf.org.br [abrasf-2.04/ …] into one folder and name it in NFSE_SCHEMAS');

/**
 * A check with the official schema of a layout, `nacional-1.01` or `abrasf-2.04`.
 *
 * @param root element of the documents; the national system has a schema for each
 * @returns `undefined` where the schemas are not at hand
 */
export async function officialCheck(layout: string, root = ''): Promise<SchemaCheck | undefined> {
  return OFFICIAL_SCHEMAS === undefined ? undefined : officialSchema(OFFICIAL_SCHEMAS, layout, root);
}
