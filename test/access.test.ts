import { describe, expect, it } from 'vitest';
import { SINGLE } from '../local/municipality-profiles.ts';
import { ACCESS, ROLES, type Role } from '../src/handlers/access.ts';
import { type Route, routes } from '../src/handlers/routes.ts';
import { REPORTS } from '../src/projections/reporting/reports/catalogue.ts';
import { apiAs, example } from './stack/api.ts';
import { signedToken } from './stack/signed-token.ts';

const owner = await apiAs('client');
const { invoiceId } = (await owner.post('/invoices', example('emit-invoice'))).body;
await owner.until(invoiceId, 'ISSUED');
// A list of one goes on to a second page.
await owner.post('/invoices', example('emit-invoice'));
const { events } = (await owner.get(`/invoices/${invoiceId}/events`)).body;
const [{ documents }] = events;

const COMPANY = '11222333000181';
/** No other test has invoices of it, nor gives it any by touching the tables. */
const OTHER_COMPANY = '77001122000127';
await (await apiAs('admin')).request('PUT', `/companies/${COMPANY}`, example('register-company'));
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
    body: { municipalityCode: QUIET, user: 'u', password: 'p' },
    foreigner: 404,
  },
  'POST /companies/{cnpj}/route-decisions': {
    body: { municipalityCode: SINGLE, authority: 'rule', reason: 'Teste de acesso' },
    foreigner: 404,
  },
  'GET /companies/{cnpj}/series/{series}': { foreigner: 404 },
  'POST /companies/{cnpj}/series/{series}/rewind': { body: { reason: 'Teste de acesso' }, foreigner: 404 },
  'GET /municipalities': { foreigner: 200 },
  'GET /municipalities/{municipalityCode}/parameters': { query: `?companyCnpj=${COMPANY}`, foreigner: 403 },
  // A lane is every company's: who acts for some may not stop the notes of the others.
  'POST /municipalities/{municipalityCode}/hold': { body: { reason: 'Teste de acesso' }, foreigner: 403 },
  'POST /municipalities/{municipalityCode}/release': { foreigner: 403 },
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
  name: documents[0].name,
  cnpj: COMPANY,
  series: '1',
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
    allowed: ACCESS[route.handler] as readonly Role[],
  }));
const byRole = guarded.flatMap((row) => ROLES.map((role) => ({ ...row, role })));

/** Whoever sees another company, and whoever sees none at all. */
const FOREIGNERS = [OTHER_COMPANY, ''];
/** What tells of the company above: no answer to somebody else has it. */
const TRACES = new RegExp(`PEDIDO118|Tomadora|${invoiceId}`);

/** What is asked for without saying of whom, by everybody who may. */
const LISTS = [
  { path: '/invoices', roles: ACCESS.list },
  { path: '/events', roles: ACCESS.feed },
  ...REPORTS.map(({ name }) => ({ path: `/reports/${name}`, roles: ACCESS.report })),
].flatMap(({ path, roles }) => roles.map((role) => ({ path, role })));

/** Somebody of a role of the stack, of its own company unless others are said. */
async function somebody(role: Role, companies?: string) {
  const api = await apiAs(role);
  const token = companies === undefined ? api.token : signedToken(api.token, { 'custom:companies': companies });
  const authorization = `Bearer ${token}`;
  return (method: string, target: string, body?: unknown) =>
    api.request(method, target, body, { authorization, 'idempotency-key': crypto.randomUUID() });
}

async function call(role: Role, { method, path, ...route }: Route, companies?: string) {
  const ask = await somebody(role, companies);
  const { query = '', body } = REQUESTS[nameOf({ method, path, ...route })] ?? { foreigner: 404 };
  const target = path.replace(
    /\{(\w+)\}/g,
    (_, name: string) => NAMED[name] ?? expect.fail(`Nothing is named ${name}`),
  );
  return ask(method, target + query, body);
}

describe('every route that asks who calls', () => {
  it('is called by this test, and nothing else is', () =>
    expect(guarded.map(({ name }) => name).sort()).toEqual(Object.keys(REQUESTS).sort()));

  it.each(byRole)('$name as $role is as the table says', async ({ role, allowed, route }) => {
    const { status } = await call(role, route);
    // 404 to everybody would say nothing about who may see what.
    if (allowed.includes(role)) expect([403, 404]).not.toContain(status);
    else expect(status).toBe(403);
    expect(status).toBeLessThan(500);
  });

  it.each(byRole)('$name tells a $role of another company nothing', async ({ role, name, allowed, route }) => {
    for (const companies of FOREIGNERS) {
      const { status, body } = await call(role, route, companies);
      expect(status).toBe(allowed.includes(role) ? REQUESTS[name]?.foreigner : 403);
      expect(JSON.stringify(body)).not.toMatch(TRACES);
    }
  });
});

describe('a list without a company named', () => {
  it.each(LISTS)('$path has nothing of this company for a $role of another', async ({ path, role }) => {
    for (const companies of FOREIGNERS) {
      const { status, body } = await (await somebody(role, companies))('GET', path);
      // Some show one company at a time, and want it named by who has not just one.
      expect(companies === '' ? [200, 422] : [200]).toContain(status);
      expect(JSON.stringify(body)).not.toMatch(TRACES);
    }
  });

  it.each([
    ['/invoices?limit=1', 'cursor', 'items'],
    ['/events?limit=1', 'after', 'events'],
  ])('%s goes on for another company with nothing of this one', async (path, parameter, content) => {
    const { nextCursor } = (await owner.get(path)).body;
    expect(nextCursor).toEqual(expect.any(String));
    for (const companies of FOREIGNERS) {
      const ask = await somebody('client', companies);
      const { status, body } = await ask('GET', `${path.split('?')[0]}?${parameter}=${encodeURIComponent(nextCursor)}`);
      expect(JSON.stringify(body)).not.toMatch(TRACES);
      if (status < 400) for (const one of body[content]) expect(JSON.stringify(one)).not.toContain(COMPANY);
      expect(status).toBeLessThan(500);
    }
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
