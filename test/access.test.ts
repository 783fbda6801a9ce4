import { describe, expect, it } from 'vitest';
import { ACCESS, ROLES, type Role } from '../src/handlers/access.ts';
import { type Route, routes } from '../src/handlers/routes.ts';
import { apiAs, example } from './stack/api.ts';
import { signedToken } from './stack/signed-token.ts';

const owner = await apiAs('client');
const { invoiceId } = (await owner.post('/invoices', example('emit-invoice'))).body;
await owner.until(invoiceId, 'ISSUED');

const COMPANY = '11222333000181';
const OTHER_COMPANY = '12345678000195';
/** Nobody emits there, so a hold of it stops no other test. */
const QUIET = '5300108';

/** A request to each route that is valid in itself, about the invoice and the company above. */
interface Request {
  readonly query?: string;
  readonly body?: unknown;
  /**
   * What somebody of another company is answered whose role may call the route: 404 where the path names something of the company's,
   * 403 where the request names the company outright or the route is for those who see all companies, 200 where nothing of any
   * company is told.
   */
  readonly foreigner: 200 | 403 | 404;
}

const REQUESTS: Readonly<Record<string, Request>> = {
  'POST /invoices': { body: example('emit-invoice'), foreigner: 403 },
  'GET /invoices': { query: `?companyCnpj=${COMPANY}`, foreigner: 403 },
  'GET /invoices/{invoiceId}': { foreigner: 404 },
  'GET /invoices/{invoiceId}/events': { foreigner: 404 },
  'GET /invoices/{invoiceId}/xml': { foreigner: 404 },
  'GET /invoices/{invoiceId}/documents/{name}': { foreigner: 404 },
  'POST /invoices/{invoiceId}/cancel': { body: example('cancel-invoice'), foreigner: 404 },
  'POST /invoices/{invoiceId}/retry': { body: example('retry-corrected'), foreigner: 404 },
  'GET /companies/{cnpj}': { foreigner: 404 },
  'PUT /companies/{cnpj}': { body: example('register-company'), foreigner: 404 },
  'PUT /companies/{cnpj}/certificate': { body: { pfx: 'AAAA', password: 'senha' }, foreigner: 404 },
  'PUT /companies/{cnpj}/city-login': {
    body: { municipalityCode: '3127701', user: 'u', password: 'p' },
    foreigner: 404,
  },
  'GET /municipalities': { foreigner: 200 },
  'POST /municipalities/{municipalityCode}/hold': { body: { reason: 'Teste de acesso' }, foreigner: 200 },
  'POST /municipalities/{municipalityCode}/release': { foreigner: 200 },
  'GET /reports/{report}': { query: `?companyCnpj=${COMPANY}`, foreigner: 403 },
  'GET /events': { query: `?companyCnpj=${COMPANY}`, foreigner: 403 },
  'GET /projections': { foreigner: 403 },
  'POST /projections/{projection}/replay': { body: { invoiceIds: [invoiceId] }, foreigner: 403 },
  'GET /dlq': { foreigner: 403 },
  'POST /dlq/replay': { body: { letterIds: ['none'], dryRun: true }, foreigner: 403 },
  'POST /dlq/discard': { body: { letterIds: ['none'], reason: 'teste', dryRun: true }, foreigner: 403 },
};

/** What the paths name. */
const NAMED: Readonly<Record<string, string>> = {
  invoiceId,
  cnpj: COMPANY,
  report: 'totals',
  projection: 'reporting',
  municipalityCode: QUIET,
};

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const guarded = routes
  .filter(({ open }) => !open)
  .map((route) => ({
    route,
    name: nameOf(route),
    allowed: ACCESS[route.handler as keyof typeof ACCESS] as readonly Role[],
  }));
const byRole = guarded.flatMap((row) => ROLES.map((role) => ({ ...row, role })));

/** Calls a route as a role of the stack, of its own company unless another is said. */
async function call(role: Role, { method, path, ...route }: Route, companies?: string) {
  const api = await apiAs(role);
  const { query = '', body } = REQUESTS[nameOf({ method, path, ...route })] ?? { foreigner: 404 };
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => NAMED[name] ?? '') + query;
  const token = companies === undefined ? api.token : signedToken(api.token, { 'custom:companies': companies });
  return api.request(method, target, body, {
    authorization: `Bearer ${token}`,
    'idempotency-key': crypto.randomUUID(),
  });
}

describe('every route that asks who calls', () => {
  it('is in the access table, and nothing else is', () =>
    expect([...new Set(guarded.map(({ route }) => route.handler))].sort()).toEqual(Object.keys(ACCESS).sort()));

  it('is called by this test, and nothing else is', () =>
    expect(guarded.map(({ name }) => name).sort()).toEqual(Object.keys(REQUESTS).sort()));

  it.each(byRole)('$name as $role is as the table says', async ({ role, allowed, route }) => {
    const { status } = await call(role, route);
    if (allowed.includes(role)) expect(status).not.toBe(403);
    else expect(status).toBe(403);
    expect(status).toBeLessThan(500);
  });

  it.each(byRole)('$name tells a $role of another company nothing', async ({ role, name, allowed, route }) => {
    const { status, body } = await call(role, route, OTHER_COMPANY);
    expect(status).toBe(allowed.includes(role) ? REQUESTS[name]?.foreigner : 403);
    expect(JSON.stringify(body)).not.toMatch(/PEDIDO118|Tomadora/);
  });
});

describe('the list', () => {
  it("of another company's client holds nothing of this one", async () => {
    const { status, body } = await (await apiAs('client-other')).get('/invoices');
    expect(status).toBe(200);
    expect(body.items).toEqual([]);
  });
});

describe('the ping', () => {
  it('asks for nothing', async () => {
    const { status, body } = await owner.request('GET', '/ping', undefined, { authorization: '', 'x-api-key': '' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ service: 'nfse-ledger', version: expect.any(String) });
    expect(Date.parse(body.time)).toBeGreaterThan(0);
  });
});
