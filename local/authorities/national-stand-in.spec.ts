import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pack } from '../../src/nfse/national/packaging.ts';
import { verifyDocument } from '../../src/nfse/xmldsig/verify.ts';
import { needing } from '../../test/needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from '../../test/official-schemas.ts';
import { company, municipalityCode, nationalApiOfTheFile } from './national/national-api.fixtures.ts';
import { startNationalApi } from './national-api.ts';

const { url, city, providerAt, submission, cancellation, issued } = nationalApiOfTheFile();

const customer = {
  cnpj: '12345678000195',
  name: 'Tomadora Exemplo S/A',
  address: {
    ...{ street: 'Avenida Afonso Pena', number: '1500', district: 'Centro' },
    ...{ municipalityCode, postalCode: '30130005' },
  },
};

describe('the stand-in', async () => {
  const noteSchema = await officialCheck('nacional-1.01-cnpj-alfa', 'NFSe');
  const eventSchema = await officialCheck('nacional-1.01-cnpj-alfa', 'evento');

  needing(WITHOUT_SCHEMAS, it).each([
    ['a plain sale', {}],
    ['a MEI', { issuer: { simplesNacional: 'MEI' as const } }],
    ['ISS withheld', { amounts: { service: 99_999, unconditionalDiscount: 99, issWithheldBy: 'CUSTOMER' as const } }],
  ])('writes the note of %s by the official schema', async (_, change) => {
    const note = await issued(submission(undefined, { customer, ...change }));
    expect(noteSchema?.(note.xml ?? '')).toBeUndefined();
  });

  needing(WITHOUT_SCHEMAS, it)('writes events by the official schema', async () => {
    const note = await issued(submission());
    const outcome = await city.cancel(cancellation(note.accessKey));
    const xml = outcome.kind === 'cancelled' ? outcome.xml : undefined;
    expect(eventSchema?.(xml ?? '')).toBeUndefined();
  });

  it('signs notes and events as a whole, as itself', async () => {
    const note = await issued(submission());
    const outcome = await city.cancel(cancellation(note.accessKey));
    const event = outcome.kind === 'cancelled' ? outcome.xml : undefined;
    for (const xml of [note.xml, event]) {
      const finding = verifyDocument(xml ?? '');
      if (!finding?.good) expect.fail(JSON.stringify(finding));
      expect(finding.hash).toBe('sha256');
      expect(finding.certificate.subject).toContain('CN=SISTEMA NACIONAL NFS-E DE EXEMPLO');
    }
  });

  it('refuses what is no declaration by the code of its defect', async () => {
    const post = async (body: string) => {
      const answer = await fetch(`${url()}/nfse`, { method: 'POST', body });
      return [answer.status, await answer.json()];
    };
    expect(await post('{}')).toMatchObject([400, { erros: [{ Codigo: 'E1225' }] }]);
    expect(await post(JSON.stringify({ dpsXmlGZipB64: pack('<a/>') }))).toMatchObject([
      400,
      { erros: [{ Codigo: 'E1235' }] },
    ]);
  });

  it.each([
    ['an id that is not its own', (xml: string) => xml.replace('<serie>1</serie>', '<serie>2</serie>'), 'E0004'],
    ['another environment', (xml: string) => xml.replace('<tpAmb>2', '<tpAmb>1'), 'E0006'],
    ['a competence to come', (xml: string) => xml.replace(/<dCompet>20../, '<dCompet>2098'), 'E0015'],
    [
      'itself as its customer',
      (xml: string) => xml.replace('<toma><CNPJ>12345678000195', `<toma><CNPJ>${company}`),
      'E0202',
    ],
  ])('refuses a declaration with %s', async (_, change, code) => {
    const sale = submission();
    expect(await city.issue({ ...sale, document: change(sale.document) })).toMatchObject({ error: { code } });
  });

  it('has a declaration of a time to come wait for that time', async () => {
    const sale = submission();
    const document = sale.document.replace(/<dhEmi>20../, '<dhEmi>2099');
    const reason = expect.stringContaining('E0008');
    expect(await city.issue({ ...sale, document })).toMatchObject({ kind: 'unavailable', reason });
  });

  it('issues one of many simultaneous sendings of a declaration', async () => {
    const sale = submission();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => city.issue(sale)));
    expect(outcomes.filter((outcome) => outcome.kind === 'issued')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'already-used')).toHaveLength(7);
  });

  it('remembers its notes across a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'national-api-'));
    try {
      const before = await startNationalApi({ dataDir });
      const sale = submission();
      const outcome = await providerAt(before.url).issue(sale);
      if (outcome.kind !== 'issued') expect.fail(JSON.stringify(outcome));
      await providerAt(before.url).cancel(cancellation(outcome.note.accessKey));
      await before.stop();
      const after = await startNationalApi({ dataDir });
      expect(await providerAt(after.url).find(sale)).toMatchObject({
        kind: 'found',
        note: outcome.note,
        matches: true,
      });
      const notes = await fetch(new URL('/control/notes', after.url));
      expect(await notes.json()).toMatchObject([{ accessKey: outcome.note.accessKey, cancelled: true }]);
      await after.stop();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
