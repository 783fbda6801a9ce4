import { describe, expect, it } from 'vitest';
import { NATIONAL_1_01_ALPHANUMERIC } from '../../src/nfse/layouts/national.ts';
import { validate } from '../../src/nfse/layouts/validate.ts';
import type { DpsInput } from '../../src/nfse/national/dps-document.ts';
import { readEvent, readNfse } from '../../src/nfse/national/read-documents.ts';
import { parseXml } from '../../src/nfse/xml.ts';
import { municipalityCode, nationalApiOfTheFile } from './national/national-api.fixtures.ts';

const { url, city, providerAt, submission, cancellation, issued } = nationalApiOfTheFile();

describe('a declaration at the national system', () => {
  it('becomes a note that names it', async () => {
    const sale = submission();
    const note = await issued(sale);
    const facts = readNfse(note.xml ?? '');
    expect(facts.dps.amount).toBe(150_000);
    expect(note).toMatchObject({ accessKey: facts.accessKey, nfseNumber: facts.nfseNumber, issuedAt: facts.issuedAt });
    expect(sale.document).toContain(facts.dps.id);
  });

  it('becomes one note, however often it is sent', async () => {
    const sale = submission();
    await issued(sale);
    expect(await city.issue(sale)).toMatchObject({ kind: 'already-used' });
    expect(await city.find(sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it('is told from another sale that took its number', async () => {
    const sale = submission();
    await issued(sale);
    const other = submission(undefined, { dps: sale.dps, amounts: { service: 150_001, issWithheldBy: 'NOBODY' } });
    expect(await city.issue(other)).toMatchObject({ kind: 'already-used' });
    expect(await city.find(other)).toMatchObject({ kind: 'found', matches: false });
  });

  it('that was never sent is absent', async () => {
    expect(await city.find(submission())).toEqual({ kind: 'absent' });
  });

  it('is refused with what to fix and where', async () => {
    const customer = { cnpj: '12345678000194', name: 'Tomadora Exemplo S/A' };
    expect(await city.issue(submission(undefined, { customer }))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0188', field: '/customer/cnpj', howToFix: expect.stringContaining('CNPJ') },
    });
  });
});

describe('the national system, to any client', () => {
  it('refuses a service code that the national list has not', async () => {
    const document = submission().document.replace('<cTribNac>010101<', '<cTribNac>999999<');
    expect(await city.issue({ ...submission(), document })).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0310', field: '/service/code' },
    });
  });

  it.each(['12345678901', '12345678000190'])('takes the foreign number %s for what it is', async (nif) => {
    const foreigner = {
      nif,
      name: 'Foreign Customer Inc',
      foreignAddress: {
        ...{ country: 'US', postalCode: '94105', city: 'San Francisco', region: 'CA' },
        ...{ street: 'Market Street', number: '1', district: 'Downtown' },
      },
    };
    expect((await issued(submission(undefined, { customer: foreigner }))).xml).toContain(`<NIF>${nif}</NIF>`);
  });

  it('names every rule that a declaration breaks', async () => {
    const sale = submission(undefined, { amounts: { service: 150_000, issWithheldBy: 'CUSTOMER' } });
    const document = sale.document.replace('<cTribNac>010101<', '<cTribNac>999999<');
    const outcome = await city.issue({ ...sale, document });
    expect(outcome.kind === 'rejected' && outcome.error.source).toMatch(/E0237.*E0310|E0310.*E0237/s);
  });
});

describe('a declaration that replaces a note', () => {
  const replacing = (accessKey: string, change: Partial<DpsInput> = {}) =>
    submission(undefined, { replaces: { accessKey, reasonCode: '99', reason: 'Correção da descrição' }, ...change });

  it('takes that note away in the same step, and is issued once', async () => {
    const { accessKey = '' } = await issued(submission());
    const sale = replacing(accessKey);
    await issued(sale);
    expect(await city.issue(sale)).toMatchObject({ kind: 'already-used' });
    const outcome = await city.cancel(cancellation(accessKey));
    expect(outcome).toMatchObject({ kind: 'cancelled', protocol: `EVT${accessKey}105102001` });
    const event = outcome.kind === 'cancelled' ? (outcome.xml ?? '') : '';
    expect(validate(NATIONAL_1_01_ALPHANUMERIC, parseXml(event))).toEqual([]);
    expect(await city.issue(replacing(accessKey))).toMatchObject({ kind: 'rejected', error: { code: 'E0046' } });
  });

  it('is refused where there is no such note, and where it changes what must stay', async () => {
    const { accessKey = '' } = await issued(submission());
    const unknown = '31062002211222333000181000000000010126110000000176';
    expect(await city.issue(replacing(unknown))).toMatchObject({ kind: 'rejected', error: { code: 'E0044' } });
    const service = { code: '010701', description: 'Suporte', municipalityCode };
    expect(await city.issue(replacing(accessKey, { service }))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0060' },
    });
  });

  const inSimples = { issuer: { simplesNacional: 'MEI' as const } };
  it.each([
    ['the price', { amounts: { service: 140_000, issWithheldBy: 'NOBODY' as const } }],
    ['the customer', { customer: { cnpj: '33000167000101', name: 'Outra Tomadora S/A' } }],
    ['the customer away', { customer: undefined }],
  ])('is refused where it changes %s inside Simples Nacional', async (_, change) => {
    const { accessKey = '' } = await issued(submission(undefined, inSimples));
    expect(await city.issue(replacing(accessKey, { ...inSimples, ...change }))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0061' },
    });
  });

  it('may change the service inside Simples Nacional', async () => {
    const { accessKey = '' } = await issued(submission(undefined, inSimples));
    const service = { code: '010701', description: 'Suporte', municipalityCode };
    await issued(replacing(accessKey, { ...inSimples, service }));
  });
});

describe('a city hall that misbehaves', () => {
  it.each([
    ['REJECTE0188', { kind: 'rejected', error: { code: 'E0188' } }],
    ['REJECTE1217', { kind: 'unavailable' }],
    ['REJECTE1206', { kind: 'unavailable' }],
    ['REJECTE0014', { kind: 'already-used' }],
    ['REJECTRNG9999', { kind: 'unknown' }],
    ['REJECTE1235', { kind: 'rejected', error: { code: 'E1235' } }],
    ['SLOW1', { kind: 'issued' }],
    ['PED20261110', { kind: 'issued' }],
  ])('%s comes out as %o', async (reference, outcome) => {
    expect(await city.issue(submission(reference))).toMatchObject(outcome);
  });

  it.each(['BADGATEWAYISSUED', 'RESET', 'TIMEOUTISSUED'])('%s leaves a note to be found', async (reference) => {
    const hasty = providerAt(url(), 400);
    const sale = submission(reference);
    expect(await hasty.issue(sale)).toMatchObject({ kind: 'unknown' });
    expect(await hasty.find(sale)).toMatchObject({ kind: 'found', matches: true });
    expect(await hasty.issue(sale)).toMatchObject({ kind: 'already-used' });
  });

  it.each(['BADGATEWAY', 'LONGPAGE', 'TIMEOUTLOST'])(
    '%s leaves nothing, and the second POST is issued',
    async (reference) => {
      const hasty = providerAt(url(), 400);
      const sale = submission(reference);
      expect(await hasty.issue(sale)).toMatchObject({ kind: 'unknown' });
      expect(await hasty.find(sale)).toEqual({ kind: 'absent' });
      expect(await hasty.issue(sale)).toMatchObject({ kind: 'issued' });
    },
  );

  it.each([
    ['LISTREJECT', 'E0188', /E0188.*E0240/],
    ['TEXTREJECT', 'E0188', /dígito inválido/],
    ['NOCERTIFICATE', 'E4007', /certificado/],
    ['UNLISTED', 'E7777', /referência nula/],
  ])('%s is refused, in its own words', async (reference, code, source) => {
    const sale = submission(reference);
    expect(await city.issue(sale)).toMatchObject({
      kind: 'rejected',
      error: { code, source: expect.stringMatching(source) },
    });
    expect(await city.find(sale)).toEqual({ kind: 'absent' });
  });

  it('UNLISTEDISSUED leaves a note, which the lookup after the strange code finds', async () => {
    const sale = submission('UNLISTEDISSUED');
    expect(await city.issue(sale)).toMatchObject({ kind: 'already-used' });
    expect(await city.find(sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it.each([
    ['NULLKEY', 'unknown'],
    ['LOOKUPDOWN', 'unavailable'],
  ])('%s leaves a note, of which the first lookups tell nothing', async (reference, kind) => {
    const sale = submission(reference);
    expect(await city.issue(sale)).toMatchObject({ kind: 'unknown' });
    for (let i = 0; i < 2; i++) expect(await city.find(sale)).toMatchObject({ kind });
    expect(await city.find(sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it.each([
    ['ANALYSISGRANTED', { kind: 'cancelled', protocol: expect.stringContaining('105104') }],
    ['ANALYSISREFUSED', { kind: 'rejected', error: { code: 'E0822' } }],
  ])('%s tells of the analysis in the list of events', async (reference, outcome) => {
    const { accessKey } = await issued(submission(reference));
    expect(await city.cancel(cancellation(accessKey))).toMatchObject(outcome);
  });

  it('DOWN1 stops one company for a second, and then all is well', async () => {
    const elsewhere = { companyCnpj: '12ABC34501DE35' };
    const sale = submission('DOWN1', elsewhere);
    expect(await city.issue(sale)).toMatchObject({ kind: 'unknown' });
    expect(await city.find(sale)).toMatchObject({ kind: 'unavailable' });
    expect(await city.issue(submission())).toMatchObject({ kind: 'issued' });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await city.find(sale)).toEqual({ kind: 'absent' });
    expect(await city.issue(sale)).toMatchObject({ kind: 'issued' });
  });

  it('is down for everybody when told so', async () => {
    const control = (seconds: number) =>
      fetch(new URL('/control/down', url()), { method: 'POST', body: JSON.stringify({ seconds }) });
    await control(60);
    expect(await city.find(submission())).toMatchObject({ kind: 'unavailable' });
    await control(0);
    expect(await city.find(submission())).toEqual({ kind: 'absent' });
  });

  it('counts how often it was asked', async () => {
    const sale = submission('BADGATEWAY');
    await city.issue(sale);
    await city.find(sale);
    await city.issue(sale);
    const dpsId = /DPS\w{42}/.exec(sale.document)?.[0];
    const calls = await fetch(new URL(`/control/calls?dpsId=${dpsId}`, url()));
    expect(await calls.json()).toEqual({ dpsId, posts: 2, lookups: 1, events: 0 });
  });

  it('that is not there at all is unavailable', async () => {
    const nobody = providerAt('http://127.0.0.1:1/SefinNacional');
    expect(await nobody.issue(submission())).toMatchObject({ kind: 'unavailable' });
  });

  it('whose base URL is mistyped never says that a note is absent', async () => {
    const mistyped = providerAt(url().replace('SefinNacional', 'sefinnacional'));
    expect(await mistyped.find(submission())).toMatchObject({ kind: 'unknown' });
  });
});

describe('a cancellation', () => {
  it('is registered, with the event as its proof', async () => {
    const note = await issued(submission());
    const outcome = await city.cancel(cancellation(note.accessKey));
    if (outcome.kind !== 'cancelled') expect.fail(JSON.stringify(outcome));
    expect(readEvent(outcome.xml ?? '')).toMatchObject({ accessKey: note.accessKey, type: '101101' });
  });

  it('that was registered before is cancelled all the same', async () => {
    const note = await issued(submission());
    const first = await city.cancel(cancellation(note.accessKey));
    expect(await city.cancel(cancellation(note.accessKey))).toEqual(first);
  });

  it('after the deadline is refused with what to do', async () => {
    const note = await issued(submission('REJECTCANCEL'));
    expect(await city.cancel(cancellation(note.accessKey))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0822', howToFix: expect.stringContaining('prefeitura') },
    });
  });

  it('with too short a reason is refused without a call', async () => {
    const note = await issued(submission());
    expect(await city.cancel({ ...cancellation(note.accessKey), reason: 'engano' })).toMatchObject({
      kind: 'rejected',
      error: { field: '/reason' },
    });
  });
});
