import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifySignatures } from '../src/nfse/xmldsig/verify.ts';
import { needing } from './needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from './official-schemas.ts';
import { apiAs, credentials, example } from './stack/api.ts';
import { nfse } from './stack/nfse.ts';

const client = await apiAs('client');
const authority = new X509Certificate(readFileSync(credentials().environment.NATIONAL_SERVER_CA_FILE ?? ''));
const noteSchema = await officialCheck('nacional-1.01-cnpj-alfa', 'NFSe');
const eventSchema = await officialCheck('nacional-1.01-cnpj-alfa', 'evento');

const SIGNED = [
  { document: 'nfse', schema: noteSchema, own: '/NFSe/infNFSe/DPS/infDPS', whole: '/NFSe/infNFSe' },
  {
    document: 'cancellation',
    schema: eventSchema,
    own: '/evento/infEvento/pedRegEvento/infPedReg',
    whole: '/evento/infEvento',
  },
] as const;

let folder: string;
const files = new Map<string, string>();
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'authority-signature-'));
  const { body } = await client.post('/invoices', example('emit-invoice'));
  await client.until(body.invoiceId, 'ISSUED');
  await client.post(`/invoices/${body.invoiceId}/cancel`, example('cancel-invoice'));
  await client.until(body.invoiceId, 'CANCELLED');
  for (const { document } of SIGNED) {
    const link = await client.get(`/invoices/${body.invoiceId}/xml?document=${document}`);
    const file = path.join(folder, `${document}.xml`);
    await writeFile(file, Buffer.from(await (await fetch(link.body.url)).arrayBuffer()));
    files.set(document, file);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (document: string) => files.get(document) ?? expect.fail(`no ${document}`);

describe.each(SIGNED)(
  'the $document of the stand-in authority, as a client has it',
  ({ document, schema, own, whole }) => {
    const xml = () => readFileSync(fileOf(document), 'utf8');

    it("bears the company's signature and, around it, the authority's", () => {
      const findings = verifySignatures(xml());
      expect(findings).toMatchObject([
        { good: true, signed: own, hash: 'sha1' },
        { good: true, signed: whole, hash: 'sha256' },
      ]);
      for (const finding of findings) expect(finding.good && finding.certificate.checkIssued(authority)).toBe(true);
    });

    it('does not verify with a digit changed, but for what the company signed itself', () => {
      const changed = xml().replace(/<nDFSe>\d/, (text) => `${text.slice(0, -1)}${text.endsWith('9') ? '8' : '9'}`);
      expect(verifySignatures(changed)).toMatchObject([{ good: true }, { good: false, code: 'digest' }]);
    });

    it('is found good by `nfse verify`, signature by signature, and by `nfse validate`', async () => {
      const verified = await nfse(['verify', fileOf(document)], {});
      expect(verified).toMatchObject({ code: 0, err: '' });
      expect(verified.out).toMatch(`${whole} confere, assinado com SHA256 por SISTEMA NACIONAL NFS-E DE EXEMPLO`);
      expect(await nfse(['validate', fileOf(document)], {})).toMatchObject({ code: 0 });
    });

    needing(WITHOUT_SCHEMAS, it)('is of the official schema', () => expect(schema?.(xml())).toBeUndefined());
  },
);
