import { describe, expect, it } from 'vitest';
import { BATCH, SINGLE, STAND_IN_PATHS } from '../local/municipality-profiles.ts';
import { apiAs, credentials, example } from './stack/api.ts';
import { newCompanyWithCertificate } from './stack/own-company.ts';

const admin = await apiAs('admin');
const REFUSED_FOR_CITY = 'REJECTE0037';

interface Declared {
  readonly companyCnpj: string;
  readonly municipalityCode: string;
  readonly dps: { readonly series: string; readonly number: number };
}

async function accepted(companyCnpj: string, changes: object = {}, reference = 'PEDIDO120') {
  const body = example('emit-simples');
  const asked = { ...body, companyCnpj, service: { ...body.service, reference }, ...changes };
  const { status, body: invoice } = await admin.post('/invoices', asked);
  expect(status, JSON.stringify(invoice)).toBe(202);
  return invoice;
}

async function decide(companyCnpj: string, decision: object) {
  const body = { municipalityCode: SINGLE, reason: 'Município sem convênio', ...decision };
  return admin.request('POST', `/companies/${companyCnpj}/route-decisions`, body);
}

const retry = (invoiceId: string, body: object) => admin.post(`/invoices/${invoiceId}/retry`, body);
const withoutRefusal = { reason: 'Decisão do operador', corrections: { service: { reference: 'PEDIDO121' } } };

async function notesAtCity({ companyCnpj, municipalityCode, dps }: Declared) {
  const url = new URL('/control/notes', credentials().endpoints.cityHall);
  const notes = (await (await fetch(url)).json()) as readonly { readonly rps: string; readonly cancelled: boolean }[];
  const name = `${STAND_IN_PATHS[municipalityCode]}/${companyCnpj}/${dps.series}/${dps.number}`;
  return notes.filter(({ rps }) => rps === name);
}

describe('an invoice of a company in the Simples Nacional', () => {
  it('goes to the national system past the one that its city has, and says by which rule', async () => {
    const invoice = await accepted(await newCompanyWithCertificate());
    expect(invoice).toMatchObject({
      provider: 'national',
      route: { authority: 'national', rule: 'simples-nacional' },
    });
    const issued = await admin.until(invoice.invoiceId, 'ISSUED');
    expect(issued).toMatchObject({ accessKey: expect.any(String), route: invoice.route });
    const { body: history } = await admin.get(`/invoices/${invoice.invoiceId}/events`);
    expect(history.events[0].data.route).toMatchObject(invoice.route);
  });

  it('is told what to do where its city is not ready, and goes on by the decision of an operator', async () => {
    const company = await newCompanyWithCertificate();
    const { invoiceId, dps } = await accepted(company, {}, REFUSED_FOR_CITY);
    expect(await admin.until(invoiceId, 'FAILED')).toMatchObject({
      error: { code: 'E0037', howToFix: expect.stringContaining('route-decisions') },
    });

    const decided = await decide(company, { authority: 'city' });
    expect(decided).toMatchObject({
      status: 200,
      body: {
        version: 3,
        routeDecisions: [
          { authority: 'city', municipalityCode: SINGLE, reason: 'Município sem convênio', by: expect.any(String) },
        ],
      },
    });
    const { status, body: retried } = await retry(invoiceId, withoutRefusal);
    expect(status).toBe(202);
    expect(retried).toMatchObject({ provider: 'abrasf', route: { authority: 'city', rule: 'company-decision' } });
    expect(retried.dps).toEqual({ series: dps.series, number: dps.number + 1 });

    const issued = await admin.until(invoiceId, 'ISSUED');
    expect(issued).toMatchObject({ verificationCode: expect.any(String), route: retried.route });
    expect(issued).not.toHaveProperty('accessKey');
    expect(await notesAtCity(issued)).toMatchObject([{ cancelled: false }]);
    const { body: history } = await admin.get(`/invoices/${invoiceId}/events`);
    expect(history.events.map(({ type }: { type: string }) => type)).toEqual([
      'Emitted',
      'Failed',
      'RetryRequested',
      'Issued',
    ]);
    expect(history.events[2].data.rerouted).toMatchObject({ route: retried.route, dps: retried.dps });
  });

  it('is cancelled where it was issued, whatever the rule says by then', async () => {
    const company = await newCompanyWithCertificate();
    await decide(company, { authority: 'city' });
    const invoice = await accepted(company);
    expect(invoice.route).toEqual({ authority: 'city', rule: 'company-decision' });
    await admin.until(invoice.invoiceId, 'ISSUED');
    await decide(company, { authority: 'rule' });
    expect((await accepted(company)).route.rule).toBe('simples-nacional');

    await admin.post(`/invoices/${invoice.invoiceId}/cancel`, example('cancel-invoice'));
    const cancelled = await admin.until(invoice.invoiceId, 'CANCELLED');
    expect(await notesAtCity(cancelled)).toMatchObject([{ cancelled: true }]);
  });
});

describe('a decision on who takes the invoices of a company', () => {
  it('is for its city and its days alone', async () => {
    const company = await newCompanyWithCertificate();
    await decide(company, { authority: 'city', from: '2031-01-01' });
    await decide(company, { authority: 'city', municipalityCode: BATCH });
    expect((await accepted(company)).route.authority).toBe('national');
  });

  it.each<[string, object, string]>([
    ['a city without a system of its own', { authority: 'city', municipalityCode: '3106200' }, '/authority'],
    ['a period that ends before it begins', { authority: 'city', from: '2026-12-02', until: '2026-12-01' }, '/until'],
    ['no reason', { authority: 'city', reason: '' }, '/reason'],
    ['an authority that there is not', { authority: 'state' }, '/authority'],
  ])('is refused for %s', async (_, decision, pointer) => {
    const { status, body } = await decide(await newCompanyWithCertificate(), decision);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});

describe('an accepted invoice', () => {
  it('warns of the IBS and the CBS that the law asks for, in the answer and later', async () => {
    const { municipalRegistration } = example('emit-simples').issuer;
    const issuer = { municipalRegistration, simplesNacional: 'NONE' };
    const { invoiceId, warnings } = await accepted(await newCompanyWithCertificate(), { issuer });
    expect(warnings).toMatchObject([{ pointer: '/ibsCbs', code: 'ibs-cbs-missing', message: expect.any(String) }]);
    expect((await admin.get(`/invoices/${invoiceId}`)).body.warnings).toEqual(warnings);
  });

  it('has no warnings where there is nothing to tell', async () =>
    expect((await accepted(await newCompanyWithCertificate())).warnings).toEqual([]));
});
