import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiAs, example } from './stack/api.ts';
import { newCnpj } from './stack/own-company.ts';
import { signedToken } from './stack/signed-token.ts';

const admin = await apiAs('admin');
const registration = example('register-company');

const put = (cnpj: string, body: unknown, headers?: Record<string, string>) =>
  admin.request('PUT', `/companies/${cnpj}`, body, headers);
const registered = async (changes: object = {}) => {
  const cnpj = newCnpj();
  const { status, headers } = await put(cnpj, { ...registration, ...changes });
  expect(status).toBe(201);
  return { cnpj, tag: headers.get('etag') ?? '' };
};

describe('the registration of a company', () => {
  it('is created, and read as it was written', async () => {
    const cnpj = newCnpj();
    expect((await admin.get(`/companies/${cnpj}`)).status).toBe(404);
    const created = await put(cnpj, registration);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/companies/${cnpj}`);
    const read = await admin.get(`/companies/${cnpj}`);
    expect(read.headers.get('etag')).toBe('"1"');
    expect(read.body).toEqual(created.body);
    expect(read.body).toMatchObject({
      ...registration,
      companyCnpj: cnpj,
      version: 1,
      dps: { series: '1', nextNumber: 1 },
      environment: 'RESTRICTED',
      updatedBy: expect.any(String),
    });
    expect(read.body).not.toHaveProperty('certificate');
  });

  it('changes only from the version that was read', async () => {
    const { cnpj, tag } = await registered();
    const renamed = { ...registration, name: 'Nome Novo Ltda' };
    const unconditional = await put(cnpj, renamed);
    expect(unconditional).toMatchObject({ status: 428, body: { type: 'urn:nfse-ledger:problem:if-match-required' } });
    const changed = await put(cnpj, renamed, { 'if-match': tag });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, name: 'Nome Novo Ltda' } });
    const late = await put(cnpj, registration, { 'if-match': tag });
    expect(late).toMatchObject({ status: 412, body: { type: 'urn:nfse-ledger:problem:company-changed' } });
    expect((await put(newCnpj(), registration, { 'if-match': '"1"' })).status).toBe(412);
  });

  it('of ten edits at once takes one, and tells the others', async () => {
    const { cnpj, tag } = await registered();
    const edits = Array.from({ length: 10 }, (_, index) => ({ ...registration, name: `Nome ${index}` }));
    const answers = await Promise.all(edits.map((edit) => put(cnpj, edit, { 'if-match': tag })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
    const taken = answers.find(({ status }) => status === 200)?.body.name;
    expect((await admin.get(`/companies/${cnpj}`)).body).toMatchObject({ name: taken, version: 2 });
  });

  it('moves the counter of numbers on, and never back', async () => {
    const { cnpj, tag } = await registered({ dps: { series: '5', nextNumber: 501 } });
    const back = await put(cnpj, { ...registration, dps: { series: '5', nextNumber: 7 } }, { 'if-match': tag });
    expect(back.body.dps).toEqual({ series: '5', nextNumber: 501 });
  });

  it('moves the counter far only for a reason, and changes nothing without one', async () => {
    const cnpj = newCnpj();
    const dps = { series: '6', nextNumber: 9_000_000 };
    const { status, body } = await put(cnpj, { ...registration, dps });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/dps/nextNumber', code: 'number-too-far' }]);
    expect((await admin.get(`/companies/${cnpj}`)).status).toBe(404);
    const moved = await put(cnpj, { ...registration, dps: { ...dps, jumpReason: 'Sistema anterior' } });
    expect(moved.body.dps).toEqual(dps);
  });

  it.each([
    [{ ...registration, municipalityCode: '9999999' }, '/municipalityCode'],
    [{ ...registration, name: undefined }, '/name'],
    [{ ...registration, dps: { series: '50000' } }, '/dps/series'],
    [{ ...registration, dps: { series: '1', nextNumber: 0 } }, '/dps/nextNumber'],
    [{ ...registration, environment: 'PROD' }, '/environment'],
    [{ ...registration, certificate: {} }, '/certificate'],
  ])('refuses %j by its field', async (body, pointer) => {
    const { status, body: problem } = await put(newCnpj(), body);
    expect(status).toBe(422);
    expect(problem.errors).toEqual([expect.objectContaining({ pointer, howToFix: expect.any(String) })]);
  });

  it("of somebody else's company does not exist, for reading and for writing", async () => {
    const { cnpj, tag } = await registered();
    const operator = await apiAs('operator');
    expect((await operator.get(`/companies/${cnpj}`)).status).toBe(404);
    for (const headers of [{}, { 'if-match': tag }]) {
      expect((await operator.request('PUT', `/companies/${cnpj}`, registration, headers)).status).toBe(404);
    }
  });

  it.each(['00000000000000', '11222333000182', 'abc', '%20'])(
    'does not exist for %s, which is no CNPJ',
    async (cnpj) => {
      expect((await admin.get(`/companies/${cnpj}`)).status).toBe(404);
      expect((await put(cnpj, registration)).status).toBe(404);
    },
  );
});

describe('an emission of a registered company', () => {
  let cnpj: string;
  beforeAll(async () => {
    const issuer = { municipalRegistration: '7654321', simplesNacional: 'MEI' };
    ({ cnpj } = await registered({ municipalityCode: '3550308', issuer, dps: { series: '42', nextNumber: 10 } }));
  });
  const { issuer: _, municipalityCode: __, ...short } = example('emit-invoice');

  it('takes from the registration what it leaves out', async () => {
    const { status, body } = await admin.post('/invoices', { ...short, companyCnpj: cnpj });
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body).toMatchObject({
      municipalityCode: '3550308',
      issuer: { municipalRegistration: '7654321', simplesNacional: 'MEI' },
      dps: { series: '42', number: 10 },
    });
  });

  it('is the same under its key, though the registration has changed since', async () => {
    const key = randomUUID();
    const first = await admin.post('/invoices', { ...short, companyCnpj: cnpj }, key);
    const tag = (await admin.get(`/companies/${cnpj}`)).headers.get('etag') ?? '';
    await put(cnpj, { ...registration, dps: { series: '43' } }, { 'if-match': tag });
    const again = await admin.post('/invoices', { ...short, companyCnpj: cnpj }, key);
    expect(again.status).toBe(202);
    expect(again.body.dps).toEqual(first.body.dps);
  });

  it('needs what nobody registered', async () => {
    const { status, body } = await admin.post('/invoices', { ...short, companyCnpj: newCnpj() });
    expect(status).toBe(422);
    expect(body.errors).toEqual([expect.objectContaining({ pointer: '/municipalityCode', code: 'required' })]);
  });

  it('of the other environment is refused before it takes a number', async () => {
    const other = await registered({ environment: 'PRODUCTION' });
    const { status, body } = await admin.post('/invoices', { ...short, companyCnpj: other.cnpj });
    expect(status).toBe(409);
    expect(body.type).toBe('urn:nfse-ledger:problem:other-environment');
    expect((await admin.get(`/companies/${other.cnpj}`)).body.dps.nextNumber).toBe(1);
  });

  it('fails at once, with what to do, where the company has no certificate', async () => {
    const { body } = await admin.post('/invoices', { ...short, companyCnpj: cnpj });
    const failed = await admin.until(body.invoiceId, 'FAILED');
    expect(failed.error).toMatchObject({
      code: 'CERTIFICATE_MISSING',
      howToFix: expect.stringContaining('PUT /companies'),
    });
    expect(failed.version).toBe(2);
  });
});

describe('the counter of a series', () => {
  const emission = example('emit-invoice');
  const reason = 'Número digitado errado no cadastro';
  const inSeries = async (nextNumber: number) => {
    const dps = { series: '8', nextNumber, jumpReason: 'Migração de sistema' };
    const { cnpj } = await registered({ dps });
    const at = `/companies/${cnpj}/series/8`;
    const emit = (number?: number) =>
      admin.post('/invoices', { ...emission, companyCnpj: cnpj, dps: { series: '8', ...(number ? { number } : {}) } });
    return { at, emit, rewind: () => admin.post(`${at}/rewind`, { reason }) };
  };

  it('goes back to the highest number that an emission used, and the change is on record', async () => {
    const { at, emit, rewind } = await inSeries(800_000_000_000_001);
    const rewound = await rewind();
    expect(rewound).toMatchObject({ status: 200, body: { nextNumber: 1, usedNumber: 0 } });
    expect(rewound.body.changes).toMatchObject([
      { kind: 'moved-on', from: 1, to: 800_000_000_000_001, reason: 'Migração de sistema', by: expect.any(String) },
      { kind: 'rewound', from: 800_000_000_000_001, to: 1, reason, by: expect.any(String) },
    ]);
    expect((await admin.get(at)).body).toEqual(rewound.body);
    expect((await emit()).body.dps).toEqual({ series: '8', number: 1 });
  });

  it('never goes below a used number, taken or brought along', async () => {
    const { at, emit, rewind } = await inSeries(5_001);
    expect((await emit(3_000)).body.dps.number).toBe(3_000); // below the counter, and used all the same
    expect((await rewind()).body).toMatchObject({ nextNumber: 3_001, usedNumber: 3_000 });
    const numbers = await Promise.all([emit(), emit(), rewind()]);
    expect(
      numbers
        .slice(0, 2)
        .map(({ body }) => body.dps.number)
        .sort(),
    ).toEqual([3_001, 3_002]);
    expect(await rewind()).toMatchObject({ status: 409, body: { type: 'urn:nfse-ledger:problem:nothing-to-rewind' } });
    expect((await admin.get(at)).body).toMatchObject({ nextNumber: 3_003, usedNumber: 3_002 });
  });

  it('is rewound by operators alone, with a reason, in a series that can be', async () => {
    const { at, rewind } = await inSeries(100);
    const client = signedToken((await apiAs('client')).token, { 'custom:companies': '*' });
    const asClient = { authorization: `Bearer ${client}` };
    expect((await admin.request('POST', `${at}/rewind`, { reason }, asClient)).status).toBe(403);
    expect((await admin.post(`${at}/rewind`, {})).status).toBe(422);
    expect((await admin.get(at.replace('/series/8', '/series/08'))).status).toBe(404);
    expect((await rewind()).status).toBe(200);
  });
});
