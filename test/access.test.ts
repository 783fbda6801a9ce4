import { describe, expect, it } from 'vitest';
import { ACCESS, ROLES } from '../src/handlers/access.ts';
import { routes } from '../src/handlers/routes.ts';
import { apiAs, example } from './stack/api.ts';

const owner = await apiAs('client');
const { invoiceId } = (await owner.post('/invoices', example('emit-invoice'))).body;
await owner.until(invoiceId, 'ISSUED');

const guarded = routes.filter(({ open }) => !open);
const bodies: Readonly<Record<string, unknown>> = {
  emit: example('emit-invoice'),
  cancel: example('cancel-invoice'),
  retry: example('retry-corrected'),
  register: example('register-company'),
  certificate: { pfx: 'AAAA', password: 'senha' },
};
const COMPANY = '11222333000181';

/** Calls a route as a client of the stack, with a request that is valid in itself. */
async function call(name: string, { method, path, handler }: (typeof routes)[number]) {
  const api = await apiAs(name);
  const named = path.replace('{invoiceId}', invoiceId).replace('{cnpj}', COMPANY);
  const route = handler === 'list' ? `${named}?companyCnpj=${COMPANY}` : named;
  if (method === 'GET') return api.get(route);
  return method === 'PUT' ? api.request('PUT', route, bodies[handler]) : api.post(route, bodies[handler]);
}

describe('every route that asks who calls', () => {
  it('is in the access table', () =>
    expect(guarded.map(({ handler }) => handler).sort()).toEqual(Object.keys(ACCESS).sort()));

  it.each(guarded.flatMap((route) => ROLES.map((role) => ({ ...route, role, route }))))(
    '$method $path as $role is as the table says',
    async ({ role, handler, route }) => {
      const allowed: readonly string[] = ACCESS[handler as keyof typeof ACCESS];
      const { status } = await call(role, route);
      if (allowed.includes(role)) expect(status).not.toBe(403);
      else expect(status).toBe(403);
      expect(status).toBeLessThan(500);
    },
  );

  it.each(guarded)("$method $path shows another company's client nothing", async (route) => {
    const { status, body } = await call('client-other', route);
    // What names the company outright is forbidden, like what no client may do; an invoice of somebody else does not exist.
    const mayTry = (ACCESS[route.handler as keyof typeof ACCESS] as readonly string[]).includes('client');
    expect(status).toBe(mayTry && route.path !== '/invoices' ? 404 : 403);
    expect(JSON.stringify(body)).not.toContain('PEDIDO118');
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
