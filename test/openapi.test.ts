import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as answers from '../openapi/answers.ts';
import { operationOf, problemsOf } from '../openapi/document.ts';
import { PROBLEMS, type ProblemCode } from '../openapi/problems.ts';
import { type Route, routes } from '../src/handlers/routes.ts';
import { type Answer, type Api, apiAs, example } from './stack/api.ts';
import { certificateFor } from './stack/own-certificate.ts';
import { newCompany } from './stack/own-company.ts';
import { eventually } from './stack/own-worker.ts';

/** A company of this test's own, so that its registration is new. */
const COMPANY = '34028316000103';
const client = await apiAs('client');
const admin = await apiAs('admin');

const emitted = (await client.post('/invoices', example('emit-invoice'))).body;
await client.until(emitted.invoiceId, 'ISSUED');
const refused = (await client.post('/invoices', example('emit-rejected'))).body;
await client.until(refused.invoiceId, 'FAILED');

const routeOf = (name: string): Route => {
  const route = routes.find(({ method, path: at }) => `${method} ${at}` === name);
  if (!route) throw new Error(`No route ${name}`);
  return route;
};

/** Holds an answer against what the document says of the route: its status, its body, its headers. */
function expectDescribed(route: Route, { status, body, headers }: Answer): void {
  const described = operationOf(route).answers[status];
  if (described) {
    const { schema, headers: named = [] } = described;
    if (schema) expect(schema.safeParse(body).error?.issues ?? [], JSON.stringify(body)).toEqual([]);
    else expect(body).toBe('');
    for (const name of named.filter((one) => one !== 'Idempotency-Replayed')) {
      expect(headers.get(name), name).not.toBeNull();
    }
    return;
  }
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(answers.Problem.safeParse(body).error?.issues ?? []).toEqual([]);
  const code = body.type.split(':').at(-1) as ProblemCode;
  expect(problemsOf(route), `${route.method} ${route.path} answered ${code}`).toContain(code);
  expect(status).toBe(PROBLEMS[code][0]);
}

interface Asked {
  readonly route: string;
  readonly what: string;
  readonly status: number;
  ask(): Promise<Answer>;
}

const put = (api: Api, at: string, body: unknown, headers = {}) => api.request('PUT', at, body, headers);
const url = `/invoices/${emitted.invoiceId}`;
const company = { ...example('register-company'), name: 'Empresa Descrita Ltda' };

/** In this order: what one leaves behind the next finds. */
const asked: readonly Asked[] = [
  { route: 'GET /ping', what: 'at any time', status: 200, ask: () => client.get('/ping') },
  { route: 'GET /openapi.json', what: 'at any time', status: 200, ask: () => client.get('/openapi.json') },
  {
    route: 'POST /invoices',
    what: 'an export',
    status: 202,
    ask: () => client.post('/invoices', example('emit-export')),
  },
  {
    route: 'POST /invoices',
    what: 'taxes withheld',
    status: 202,
    ask: () => client.post('/invoices', example('emit-withheld')),
  },
  { route: 'POST /invoices', what: 'nothing', status: 422, ask: () => client.post('/invoices', {}) },
  {
    route: 'POST /invoices',
    what: 'no key',
    status: 400,
    ask: () => client.request('POST', '/invoices', example('emit-invoice')),
  },
  { route: 'POST /invoices', what: 'no JSON', status: 400, ask: () => client.post('/invoices', '{') },
  {
    route: 'POST /invoices',
    what: "another's company",
    status: 403,
    ask: async () => (await apiAs('client-other')).post('/invoices', example('emit-invoice')),
  },
  {
    route: 'GET /invoices',
    what: 'a page',
    status: 200,
    ask: () => client.get(`/invoices?companyCnpj=${emitted.companyCnpj}`),
  },
  { route: 'GET /invoices', what: 'a strange limit', status: 422, ask: () => client.get('/invoices?limit=0') },
  {
    route: 'GET /invoices',
    what: 'a strange cursor',
    status: 400,
    ask: () => client.get(`/invoices?companyCnpj=${emitted.companyCnpj}&cursor=x`),
  },
  { route: 'GET /invoices/{invoiceId}', what: 'an issued one', status: 200, ask: () => client.get(url) },
  {
    route: 'GET /invoices/{invoiceId}',
    what: 'a refused one',
    status: 200,
    ask: () => client.get(`/invoices/${refused.invoiceId}`),
  },
  {
    route: 'GET /invoices/{invoiceId}',
    what: 'one that is known',
    status: 304,
    ask: async () => client.get(url, { 'if-none-match': (await client.get(url)).headers.get('etag') ?? '' }),
  },
  { route: 'GET /invoices/{invoiceId}', what: 'none', status: 404, ask: () => client.get('/invoices/x') },
  {
    route: 'GET /invoices/{invoiceId}/events',
    what: 'with what is stored',
    status: 200,
    ask: () => client.get(`${url}/events?stored=true`),
  },
  {
    route: 'GET /invoices/{invoiceId}/events',
    what: 'of a refusal',
    status: 200,
    ask: () => client.get(`/invoices/${refused.invoiceId}/events`),
  },
  {
    route: 'GET /invoices/{invoiceId}/events',
    what: 'no version',
    status: 422,
    ask: () => client.get(`${url}/events?version=0`),
  },
  { route: 'GET /invoices/{invoiceId}/xml', what: 'the note', status: 200, ask: () => client.get(`${url}/xml`) },
  {
    route: 'GET /invoices/{invoiceId}/xml',
    what: 'what there is not',
    status: 404,
    ask: () => client.get(`${url}/xml?document=cancellation`),
  },
  {
    route: 'POST /invoices/{invoiceId}/retry',
    what: 'an issued one',
    status: 409,
    ask: () => client.post(`${url}/retry`, {}),
  },
  {
    route: 'POST /invoices/{invoiceId}/retry',
    what: 'a refused one',
    status: 202,
    ask: () => client.post(`/invoices/${refused.invoiceId}/retry`, example('retry-corrected')),
  },
  {
    route: 'GET /invoices/{invoiceId}/events',
    what: 'of a retry',
    status: 200,
    ask: () => client.get(`/invoices/${refused.invoiceId}/events`),
  },
  {
    route: 'POST /invoices/{invoiceId}/cancel',
    what: 'no reason',
    status: 422,
    ask: () => client.post(`${url}/cancel`, {}),
  },
  {
    route: 'POST /invoices/{invoiceId}/cancel',
    what: 'an issued one',
    status: 202,
    ask: () => client.post(`${url}/cancel`, example('cancel-invoice')),
  },
  {
    route: 'GET /invoices/{invoiceId}/events',
    what: 'of a cancellation',
    status: 200,
    ask: async () => {
      await client.until(emitted.invoiceId, 'CANCELLED');
      return client.get(`${url}/events`);
    },
  },
  { route: 'GET /invoices/{invoiceId}', what: 'a cancelled one', status: 200, ask: () => client.get(url) },
  { route: 'GET /companies/{cnpj}', what: 'none', status: 404, ask: () => admin.get(`/companies/${COMPANY}`) },
  {
    route: 'PUT /companies/{cnpj}',
    what: 'a new one',
    status: 201,
    ask: () => put(admin, `/companies/${COMPANY}`, company),
  },
  {
    route: 'PUT /companies/{cnpj}',
    what: 'unread',
    status: 428,
    ask: () => put(admin, `/companies/${COMPANY}`, company),
  },
  {
    route: 'PUT /companies/{cnpj}',
    what: 'an old version',
    status: 412,
    ask: () => put(admin, `/companies/${COMPANY}`, company, { 'if-match': '"9"' }),
  },
  {
    route: 'PUT /companies/{cnpj}',
    what: 'a change',
    status: 200,
    ask: () => put(admin, `/companies/${COMPANY}`, company, { 'if-match': '"1"' }),
  },
  { route: 'GET /companies/{cnpj}', what: 'one', status: 200, ask: () => admin.get(`/companies/${COMPANY}`) },
  {
    route: 'PUT /companies/{cnpj}/certificate',
    what: 'no certificate',
    status: 422,
    ask: () => put(admin, `/companies/${COMPANY}/certificate`, { pfx: 'AAAA', password: '' }),
  },
  {
    route: 'PUT /companies/{cnpj}/certificate',
    what: 'one',
    status: 200,
    ask: async () => put(admin, `/companies/${COMPANY}/certificate`, await certificateFor(COMPANY)),
  },
  {
    route: 'POST /companies/{cnpj}/route-decisions',
    what: 'a decision',
    status: 200,
    ask: async () => admin.post(`/companies/${await newCompany()}/route-decisions`, example('route-to-city')),
  },
  {
    route: 'GET /companies/{cnpj}/series/{series}',
    what: 'no series',
    status: 404,
    ask: () => admin.get(`/companies/${COMPANY}/series/0`),
  },
  {
    route: 'POST /companies/{cnpj}/series/{series}/rewind',
    what: 'what was never moved',
    status: 409,
    ask: () => admin.post(`/companies/${COMPANY}/series/77/rewind`, { reason: 'teste' }),
  },
  {
    route: 'POST /companies/{cnpj}/series/{series}/rewind',
    what: 'a jump',
    status: 200,
    ask: async () => {
      const dps = { series: '78', nextNumber: 900 };
      await put(admin, `/companies/${COMPANY}`, { ...company, dps }, { 'if-match': '"3"' });
      return admin.post(`/companies/${COMPANY}/series/78/rewind`, { reason: 'teste' });
    },
  },
  {
    route: 'GET /companies/{cnpj}/series/{series}',
    what: 'one that was rewound',
    status: 200,
    ask: () => admin.get(`/companies/${COMPANY}/series/78`),
  },
  {
    route: 'GET /reports/{report}',
    what: 'the ISS',
    status: 200,
    ask: () => admin.get('/reports/iss'),
  },
  { route: 'GET /reports/{report}', what: 'none', status: 404, ask: () => admin.get('/reports/x') },
  { route: 'GET /reports/{report}', what: 'no day', status: 422, ask: () => admin.get('/reports/iss?from=x') },
  {
    route: 'GET /reports/{report}',
    what: 'a strange cursor',
    status: 400,
    ask: () => admin.get('/reports/iss?cursor=x'),
  },
  { route: 'GET /events', what: 'the beginning', status: 200, ask: () => client.get('/events?limit=20') },
  { route: 'GET /events', what: 'a strange cursor', status: 400, ask: () => client.get('/events?after=x') },
  {
    route: 'GET /invoices/{invoiceId}/documents/{name}',
    what: 'what was received',
    status: 200,
    ask: async () => {
      const { body } = await client.get(`${url}/events`);
      const [key] = body.events.flatMap(({ data }: { data: { evidence?: string[] } }) => data.evidence ?? []);
      return client.get(`/invoices/${key.replace('/', '/documents/')}`);
    },
  },
  {
    route: 'GET /invoices/{invoiceId}/documents/{name}',
    what: 'what there is not',
    status: 404,
    ask: () => client.get(`${url}/documents/x`),
  },
  { route: 'GET /municipalities', what: 'the board', status: 200, ask: () => admin.get('/municipalities') },
  {
    route: 'GET /municipalities/{municipalityCode}/parameters',
    what: 'one that nobody has asked about',
    status: 202,
    ask: () => client.get('/municipalities/1100049/parameters?service=010701&benefit=11000490200001'),
  },
  {
    route: 'GET /municipalities/{municipalityCode}/parameters',
    what: 'the same, once it was fetched',
    status: 200,
    ask: async () => {
      const ask = () => client.get('/municipalities/1100049/parameters?service=010701&benefit=11000490200001');
      await eventually(async () => (await ask()).status === 200);
      return ask();
    },
  },
  {
    route: 'GET /municipalities/{municipalityCode}/parameters',
    what: 'none',
    status: 404,
    ask: () => client.get('/municipalities/0000000/parameters'),
  },
  {
    route: 'GET /municipalities/{municipalityCode}/parameters',
    what: 'a strange service',
    status: 422,
    ask: () => client.get('/municipalities/1100049/parameters?service=1'),
  },
  {
    route: 'POST /municipalities/{municipalityCode}/hold',
    what: 'one that nobody uses',
    status: 200,
    ask: () => admin.post('/municipalities/1100015/hold', { reason: 'teste' }),
  },
  {
    route: 'POST /municipalities/{municipalityCode}/release',
    what: 'the same',
    status: 200,
    ask: () => admin.post('/municipalities/1100015/release', {}),
  },
  { route: 'GET /projections', what: 'both', status: 200, ask: () => admin.get('/projections') },
  {
    route: 'POST /projections/{projection}/replay',
    what: 'an invoice',
    status: 200,
    ask: () => admin.post('/projections/reporting/replay', { invoiceIds: [emitted.invoiceId] }),
  },
  {
    route: 'POST /projections/{projection}/replay',
    what: 'nothing',
    status: 422,
    ask: () => admin.post('/projections/reporting/replay', {}),
  },
  {
    route: 'POST /municipalities/{municipalityCode}/hold',
    what: 'one that is held',
    status: 200,
    ask: () => admin.post('/municipalities/1100015/hold', { reason: 'Descrição da API' }),
  },
  {
    route: 'POST /municipalities/{municipalityCode}/hold',
    what: 'no municipality',
    status: 404,
    ask: () => admin.post('/municipalities/0000000/hold', { reason: 'Descrição da API' }),
  },
  { route: 'GET /municipalities', what: 'all lanes', status: 200, ask: () => admin.get('/municipalities') },
  {
    route: 'POST /municipalities/{municipalityCode}/release',
    what: 'one that was held',
    status: 200,
    ask: () => admin.post('/municipalities/1100015/release', undefined),
  },
  { route: 'GET /dlq', what: 'all of it', status: 200, ask: async () => (await apiAs('ops')).get('/dlq') },
  {
    route: 'POST /dlq/replay',
    what: 'a dry run',
    status: 200,
    ask: async () => (await apiAs('ops')).post('/dlq/replay', { all: true, dryRun: true }),
  },
  {
    route: 'POST /dlq/replay',
    what: 'nothing',
    status: 422,
    ask: async () => (await apiAs('ops')).post('/dlq/replay', {}),
  },
  {
    route: 'POST /dlq/discard',
    what: 'what there is not',
    status: 200,
    ask: async () => (await apiAs('ops')).post('/dlq/discard', { letterIds: ['none'], reason: 'teste' }),
  },
  {
    route: 'PUT /companies/{cnpj}/city-login',
    what: 'one',
    status: 200,
    ask: () =>
      put(admin, `/companies/${COMPANY}/city-login`, { municipalityCode: '3127701', user: 'u', password: 'p' }),
  },
];

describe('what the running service answers is what its description says', () => {
  it.each(asked)('$route: $what ($status)', async ({ route, status, ask }) => {
    const answer = await ask();
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expectDescribed(routeOf(route), answer);
  });

  it('has been held against every route', () =>
    expect(
      routes
        .map(({ method, path: at }) => `${method} ${at}`)
        .filter((name) => !asked.some(({ route }) => route === name)),
    ).toEqual([]));

  it.each(routes.filter(({ open }) => !open))('$method $path: nobody (401)', async (route) => {
    const answer = await client.request(route.method, route.path.replace(/\{\w+\}/g, 'x'), undefined, {
      authorization: '',
    });
    expect(answer.status).toBe(401);
    expectDescribed(route, answer);
  });
});

describe('the description', () => {
  it('is open to everybody, as it lies in the project', async () => {
    const { body } = await client.request('GET', '/openapi.json', undefined, { authorization: '', 'x-api-key': '' });
    expect(body).toEqual(
      JSON.parse(readFileSync(path.join(import.meta.dirname, '../src/handlers/openapi.json'), 'utf8')),
    );
  });
});
