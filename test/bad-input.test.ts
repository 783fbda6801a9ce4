import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { apiAs, credentials, example } from './stack/api.ts';
import { signedToken } from './stack/signed-token.ts';

const client = await apiAs('client');
const invoice = example('emit-invoice');
const stack = credentials();

/** A body as it is, with a fresh key. */
const send = (body: unknown, headers: Record<string, string> = {}) =>
  client.request('POST', '/invoices', body, { 'idempotency-key': randomUUID(), ...headers });

/** The invoice with one value changed, by JSON pointer. */
function changed(pointer: string, value: unknown): unknown {
  const copy = structuredClone(invoice);
  const steps = pointer.split('/').slice(1);
  const last = steps.pop() as string;
  const parent = steps.reduce((at, step) => (at[step] ??= {}), copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

describe('a body that cannot be read', () => {
  it.each([
    ['nothing at all', '', 400, 'missing-body'],
    ['something that is not JSON', '{"companyCnpj": ', 400, 'not-json'],
    ['a list', '[]', 400, 'not-an-object'],
    ['a text', '"invoice"', 400, 'not-an-object'],
    ['null', 'null', 400, 'not-an-object'],
    ['a tree without end', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 400, 'too-deep'],
    ['half a character', '{"service": {"description": "\\ud800"}}', 400, 'malformed-text'],
    ['2 MB', JSON.stringify({ ...invoice, padding: 'x'.repeat(2_000_000) }), 413, 'request-too-large'],
    ['12 MB', 'x'.repeat(12_000_000), 413, undefined],
  ])('%s is refused', async (_title, body, status, code) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.any(String),
      requestId: expect.any(String),
    });
    if (code) expect(answer.body.type).toBe(`urn:nfse-ledger:problem:${code}`);
  });
});

describe('a field that is wrong', () => {
  it.each([
    ['/companyCnpj', '11222333000182', 'cnpj'],
    ['/companyCnpj', '11.222.333/0001-81', 'cnpj'],
    ['/companyCnpj', 11222333000181, 'type'],
    ['/companyCnpj', undefined, 'required'],
    ['/municipalityCode', '9906200', 'municipality'],
    ['/municipalityCode', '3106201', 'municipality'],
    ['/municipalityCode', '0000000', 'municipality'],
    ['/customer/address/municipalityCode', '3106209', 'municipality'],
    ['/service/municipalityCode', '3100000', 'municipality'],
    ['/competenceDate', '2026-02-30', 'date'],
    ['/competenceDate', '2099-01-01', 'future-competence'],
    ['/service/code', '1.01', 'service-code'],
    ['/service/code', '010102', 'unknown-service'],
    ['/service/municipalCode', '01', 'municipal-service-code'],
    ['/service/country', 'BR', 'country'],
    ['/service/work', { number: '1' }, 'work-forbidden'],
    [
      '/service/event',
      { name: 'Show', startDate: '2026-11-01', endDate: '2026-11-02', number: '1' },
      'event-forbidden',
    ],
    ['/service/description', '', 'length'],
    ['/service/description', '   ', 'length'],
    ['/service/description', '🎉🎉🎉', 'unwritable-empty'],
    ['/service/description', 'x'.repeat(2001), 'length'],
    ['/service/reference', 'com-traço', 'reference'],
    ['/amounts/service', '1500', 'money'],
    ['/amounts/service', '1500.0', 'money'],
    ['/amounts/service', '1.500,00', 'money'],
    ['/amounts/service', '-1.00', 'money'],
    ['/amounts/service', '0.00', 'zero-amount'],
    ['/amounts/service', 1500, 'type'],
    ['/amounts/service', '99999999999999999.00', 'money'],
    ['/amounts/issRate', '5.01', 'iss-rate'],
    ['/amounts/issRate', '1.99', 'iss-rate'],
    ['/amounts/issRate', '2', 'iss-rate'],
    ['/amounts/issWithheldBy', 'SOMEBODY', 'value'],
    ['/amounts/issWithheldBy', 'INTERMEDIARY', 'withholder-missing'],
    ['/amounts/deductionRate', '100.01', 'rate'],
    ['/iss/immunity', '3', 'immunity-kind'],
    ['/iss/suspension/process', '1', 'process'],
    ['/iss/resultCountry', 'US', 'result-country'],
    ['/federalTaxes/inssWithheld', '1500.00', 'withheld-too-large'],
    ['/federalTaxes/pisCofins/cst', '77', 'cst'],
    ['/approximateTaxes', { federal: '1.00', simplesRate: '6.00' }, 'one-form'],
    ['/approximateTaxes/simplesRate', '6.00', 'approximate-taxes'],
    ['/ibsCbs/operationCode', '999999', 'operation-code'],
    ['/replaces/accessKey', '1'.repeat(50), 'access-key'],
    ['/replaces/reason', 'curto', 'length'],
    ['/intermediary/cnpj', '11222333000182', 'cnpj'],
    ['/issuer/simplesRegime', 'ISS_OUTSIDE', 'simples-regime'],
    ['/customer/cnpj', '00000000000000', 'cnpj'],
    ['/customer/email', 'financeiro', 'email'],
    ['/customer/address/postalCode', '30130-005', 'postal-code'],
    ['/dps/series', '50000', 'series'],
    ['/dps/number', 0, 'range'],
    ['/surprise', true, 'unknown'],
    ['/customer/address/ninho', 'x', 'unknown'],
    ['/service/__proto__x', 'x', 'unknown'],
  ])('%s = %j is named by its pointer', async (pointer, value, code) => {
    const { status, body } = await send(changed(pointer, value));
    expect(status).toBe(422);
    expect(body.errors).toContainEqual({
      pointer,
      code,
      message: expect.any(String),
      howToFix: expect.stringMatching(/\S/),
    });
  });

  it('is named together with all the others', async () => {
    const { body } = await send({ companyCnpj: 'x', municipalityCode: 'y', service: {}, amounts: { service: 1 } });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/amounts/service',
      '/companyCnpj',
      '/municipalityCode',
      '/service/code',
      '/service/description',
    ]);
  });

  it.each<[string, object, string, string]>([
    ['a work untold', { service: { code: '070201' } }, '/service/work', 'work-missing'],
    ['an event untold', { service: { code: '120101' } }, '/service/event', 'event-missing'],
    [
      'ISS withheld from MEI',
      { issuer: { simplesNacional: 'MEI' }, amounts: { issWithheldBy: 'CUSTOMER' } },
      '/amounts/issWithheldBy',
      'withholding-mei',
    ],
    [
      'ISS withheld of an immune service',
      { iss: { taxation: 'IMMUNE', immunity: '1' }, amounts: { issWithheldBy: 'CUSTOMER' } },
      '/amounts/issWithheldBy',
      'withholding-not-taxed',
    ],
    [
      'the rate of a Simples bracket untold',
      { issuer: { simplesNacional: 'ME_EPP' }, amounts: { issWithheldBy: 'CUSTOMER' } },
      '/amounts/issRate',
      'iss-rate-required',
    ],
    [
      'IRRF withheld from an optant',
      { issuer: { simplesNacional: 'ME_EPP' }, federalTaxes: { irrfWithheld: '15.00' } },
      '/federalTaxes/irrfWithheld',
      'federal-withholding-simples',
    ],
    [
      'a discount that brings the ISS below 2 %',
      { amounts: { issRate: '2.00', unconditionalDiscount: '1.00' } },
      '/amounts',
      'effective-rate',
    ],
    [
      'an own debit that is not base times rate',
      { federalTaxes: { pisCofins: { cst: '01', base: '1500.00', pisRate: '0.65', cofinsRate: '3.00', pis: '9.00' } } },
      '/federalTaxes/pisCofins/pis',
      'contribution-amount',
    ],
  ])('in what the rules make of it (%s) is named too', async (_, changes, pointer, code) => {
    const parts = Object.entries(changes).map(([part, change]) => [part, { ...invoice[part], ...change }]);
    const { status, body } = await send({ ...invoice, ...Object.fromEntries(parts) });
    expect(status).toBe(422);
    expect(body.errors).toContainEqual({
      pointer,
      code,
      message: expect.any(String),
      howToFix: expect.stringMatching(/\S/),
    });
  });

  it('takes no number', async () => {
    const series = '900';
    await send({ ...invoice, dps: { series }, service: { ...invoice.service, description: '🎉' } });
    await send({ ...invoice, dps: { series }, service: { ...invoice.service, code: '010102' } });
    await send({ ...invoice, dps: { series }, amounts: { ...invoice.amounts, issRate: '1.00' } });
    const { body } = await send({ ...invoice, dps: { series } });
    expect(body.dps).toEqual({ series, number: 1 });
  });

  it('in a series without numbers is refused by name', async () => {
    const dps = { series: '901', number: 999_999_999_999_999, jumpReason: 'Último número da série' };
    expect((await (await apiAs('operator')).post('/invoices', { ...invoice, dps })).status).toBe(202);
    const { status, body } = await send({ ...invoice, dps: { series: '901' } });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/dps/series', code: 'series-exhausted' }]);
  });

  it('in both documents of a customer is refused', async () => {
    const { body } = await send(changed('/customer/cpf', '52998224725'));
    expect(body.errors).toMatchObject([{ pointer: '/customer', code: 'one-document' }]);
  });

  it('in discounts that eat the price is refused', async () => {
    const { body } = await send(changed('/amounts/unconditionalDiscount', '1500.00'));
    expect(body.errors).toMatchObject([{ pointer: '/amounts', code: 'discount-too-large' }]);
  });
});

describe('an idempotency key', () => {
  it.each([
    ['that is missing', {}, invoice, 'idempotency-key-missing'],
    ['with a space', { 'idempotency-key': 'a b' }, invoice, 'invalid-idempotency-key'],
    ['of 129 characters', { 'idempotency-key': 'k'.repeat(129) }, invoice, 'invalid-idempotency-key'],
    ['that is no text', {}, { ...invoice, requestId: 7 }, 'invalid-idempotency-key'],
    [
      'given twice and different',
      { 'idempotency-key': 'a' },
      { ...invoice, requestId: 'b' },
      'invalid-idempotency-key',
    ],
  ])('%s is refused', async (_title, headers, body, code) => {
    const answer = await client.request('POST', '/invoices', body, headers as Record<string, string>);
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe(`urn:nfse-ledger:problem:${code}`);
  });
});

describe('a query that is wrong', () => {
  const id = `inv_${'0'.repeat(26)}`;
  const cursor = (createdAt: string) =>
    Buffer.from(JSON.stringify(['11222333000181', createdAt, id])).toString('base64url');
  it.each([
    ['/invoices?cursor=banana', 400, 'invalid-cursor'],
    [
      `/invoices?cursor=${Buffer.from('["12345678000195","2026-01-01T00:00:00.000Z","x"]').toString('base64url')}`,
      400,
      'invalid-cursor',
    ],
    ['/invoices?limit=0', 422, 'invalid-request'],
    ['/invoices?limit=101', 422, 'invalid-request'],
    ['/invoices?limit=ten', 422, 'invalid-request'],
    ['/invoices?status=LOST', 422, 'invalid-request'],
    ['/invoices?from=yesterday', 422, 'invalid-request'],
    ['/invoices?companyCnpj=1', 422, 'invalid-request'],
    ['/invoices?companyCnpj=12345678000195', 403, 'forbidden'],
    ['/invoices?colour=blue', 422, 'invalid-request'],
    ['/invoices?limit=0x10', 422, 'invalid-request'],
    ['/invoices?limit=1e1', 422, 'invalid-request'],
    ['/invoices?limit=%2010', 422, 'invalid-request'],
    ['/invoices?limit=', 422, 'invalid-request'],
    ['/invoices?__proto__=1', 422, 'invalid-request'],
    ['/invoices?from=2026-12-01&to=2026-11-01', 422, 'invalid-request'],
    [`/invoices?from=2026-11-01&cursor=${cursor('2026-10-01T00:00:00.000Z')}`, 400, 'invalid-cursor'],
    [`/invoices?to=2026-11-01&cursor=${cursor('2026-12-01T00:00:00.000Z')}`, 400, 'invalid-cursor'],
    [`/invoices/${id}`, 404, 'invoice-not-found'],
    ['/invoices/banana', 404, 'invoice-not-found'],
    ['/invoices/..%2F..%2Fetc%2Fpasswd', 404, 'invoice-not-found'],
    [`/invoices/${id}/events`, 404, 'invoice-not-found'],
    [`/invoices/${id}/events?version=0`, 422, 'invalid-request'],
    [`/invoices/${id}/events?asOf=noon`, 422, 'invalid-request'],
    [`/invoices/${id}/events?version=1&asOf=2026-01-01T00:00:00Z`, 422, 'invalid-request'],
    [`/invoices/${id}/xml`, 404, 'invoice-not-found'],
    [`/invoices/${id}/xml?document=pdf`, 422, 'invalid-request'],
    ['/nowhere', 404, undefined],
  ])('GET %s is %i', async (route, status, code) => {
    const answer = await client.get(route);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    if (code) expect(answer.body.type).toBe(`urn:nfse-ledger:problem:${code}`);
  });

  it('but at the edge of time is answered', async () => {
    const { status } = await client.get('/invoices?from=0001-01-01&to=9999-12-31');
    expect(status).toBe(200);
  });

  it('with another method is 405, saying which', async () => {
    const answer = await client.request('DELETE', '/invoices');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('POST');
  });
});

describe('a text in another encoding', () => {
  const latin1 = Buffer.from(JSON.stringify(invoice).replace('"name"', '"complement":"São João","name"'), 'latin1');
  const post = async (contentType: string) => {
    const response = await fetch(`${stack.apiUrl}/invoices`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${client.token}`,
        'x-api-key': stack.apiKey,
        'content-type': contentType,
        'idempotency-key': randomUUID(),
      },
      body: latin1,
    });
    return { status: response.status, body: (await response.json()) as { type: string } };
  };

  it.each([
    ['application/json; charset=iso-8859-1', 415, 'unsupported-charset'],
    ['application/json', 400, 'not-utf-8'],
  ])('sent as %s is refused by %i, and never becomes a document', async (contentType, status, code) => {
    expect(await post(contentType)).toMatchObject({ status, body: { type: `urn:nfse-ledger:problem:${code}` } });
  });
});

describe('a cancellation or a retry that is wrong', () => {
  it('is refused with pointers', async () => {
    const { body } = await client.post('/invoices', example('emit-rejected'));
    const short = await client.post(`/invoices/${body.invoiceId}/cancel`, { reasonCode: '7', reason: 'engano' });
    expect(short.status).toBe(422);
    expect(short.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/reasonCode', '/reason']);
    const unwritable = await client.post(`/invoices/${body.invoiceId}/cancel`, { reason: '🎉'.repeat(20) });
    expect(unwritable.body.errors).toMatchObject([{ pointer: '/reason', code: 'cancel-reason' }]);
    await client.until(body.invoiceId, 'FAILED');
    const bad = await client.post(`/invoices/${body.invoiceId}/retry`, {
      corrections: { amounts: { service: '1' }, colour: 'blue' },
    });
    expect(bad.status).toBe(422);
    expect(bad.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/corrections/amounts/service',
      '/corrections/colour',
    ]);
    const fraction = await client.post(`/invoices/${body.invoiceId}/retry`, {
      corrections: { amounts: { service: 1500.5 } },
    });
    expect(fraction.status).toBe(422);
    expect(fraction.body.errors).toMatchObject([{ pointer: '/corrections/amounts/service', code: 'type' }]);
    const reserved = await client.post(
      `/invoices/${body.invoiceId}/retry`,
      JSON.parse('{"corrections": {"customer": {"__proto__": {"name": "Outra"}}}}'),
    );
    expect(reserved.body.errors).toMatchObject([{ pointer: '/corrections/customer/__proto__', code: 'unknown' }]);
    const missing = await client.request('POST', `/invoices/${body.invoiceId}/retry`, {});
    expect(missing.status).toBe(400);
  });
});

describe('a caller who is not let in', () => {
  const withHeaders = (headers: Record<string, string>) =>
    fetch(`${stack.apiUrl}/invoices`, { headers }).then(async (answer) => ({
      status: answer.status,
      body: (await answer.json()) as never,
    }));
  const part = (index: number) => client.token.split('.')[index] ?? '';
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${json({ alg: 'none' })}.${part(1)}.`;
  const claims = JSON.parse(Buffer.from(part(1), 'base64url').toString('utf8'));
  const changedClaims = `${part(0)}.${json({ ...claims, 'custom:companies': '*' })}.${part(2)}`;

  const signed = (changes: object) => signedToken(client.token, changes);

  it.each([
    ['without a token', {}, 401],
    ['with something that is no token', { authorization: 'Bearer banana' }, 401],
    ['with another scheme', { authorization: 'Basic Y2xpZW50OnNlY3JldA==' }, 401],
    ['with an unsigned token', { authorization: `Bearer ${unsigned}` }, 401],
    ['with a token whose claims were changed', { authorization: `Bearer ${changedClaims}` }, 401],
    ['with an expired token', { authorization: `Bearer ${signed({ exp: Math.floor(Date.now() / 1000) - 1 })}` }, 401],
    ['with a token of another issuer', { authorization: `Bearer ${signed({ iss: 'https://other.example' })}` }, 401],
    ['with an identity token', { authorization: `Bearer ${signed({ token_use: 'id' })}` }, 401],
    ['without an API key', { authorization: `Bearer ${client.token}`, 'x-api-key': '' }, 403],
    ['with a wrong API key', { authorization: `Bearer ${client.token}`, 'x-api-key': 'banana' }, 403],
  ])('%s gets problem+json', async (_title, headers, status) => {
    const answer = await withHeaders({ 'x-api-key': stack.apiKey, ...headers } as Record<string, string>);
    expect(answer).toMatchObject({
      status,
      body: { status, title: expect.any(String), requestId: expect.any(String) },
    });
  });

  it('with a token signed by the right key is let in, so the refusals above are for the claims', async () => {
    const answer = await withHeaders({ authorization: `Bearer ${signed({})}`, 'x-api-key': stack.apiKey });
    expect(answer.status).toBe(200);
  });

  it('whose token another server signed is refused, wherever it says its keys are', async () => {
    const asked: string[] = [];
    const thief = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(thief, 'listening');
    const { port } = thief.address() as { port: number };
    const header = { alg: 'RS256', kid: 'k', jku: `http://127.0.0.1:${port}/jwks` };
    const forged = `${json(header)}.${part(1)}.${part(2)}`;
    const answer = await withHeaders({ authorization: `Bearer ${forged}`, 'x-api-key': stack.apiKey });
    thief.close();
    expect(answer.status).toBe(401);
    expect(asked).toEqual([]);
  });
});
