import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import document from '../src/handlers/openapi.json' with { type: 'json' };
import { routes } from '../src/handlers/routes.ts';
import { bodyOf } from './handler-schemas.ts';
import { requestModel } from './request-model.ts';

const EXAMPLES = path.join(import.meta.dirname, '../examples');
const bodies = await Promise.all(routes.map(bodyOf));
const withBody = routes.filter((_, place) => bodies[place] !== undefined);

/** The model as a predicate. Draft 4's keywords that a model has mean the same in 2020-12. */
function accepts(route: { method: string; path: string }): (body: unknown) => boolean {
  const { $schema: _, ...model } = requestModel(document, route.method, route.path)?.schema ?? {};
  const validate = new Ajv2020({ strict: false }).compile(model);
  return (body) => validate(body);
}

describe("API Gateway's model of a body", () => {
  it('is there for every route that takes one', () =>
    expect(withBody.filter(({ method, path: at }) => requestModel(document, method, at) === undefined)).toEqual([]));

  it('is none for a route that reads', () => expect(requestModel(document, 'GET', '/invoices')).toBeUndefined());

  it('stands on its own, in words of draft 4', () => {
    const words = (model: unknown): string[] => {
      const { properties = {}, items, ...own } = model as Record<string, object>;
      return [...Object.keys(own), ...Object.values(properties).flatMap(words), ...(items ? words(items) : [])];
    };
    const used = new Set(withBody.flatMap(({ method, path: at }) => words(requestModel(document, method, at)?.schema)));
    expect([...used].sort()).toEqual(['$schema', 'maxItems', 'maxLength', 'type']);
  });

  it.each(withBody)('of $method $path refuses no body that the handler would take', async (route) => {
    const Body = await bodyOf(route);
    const model = accepts(route);
    const bodies = readdirSync(EXAMPLES).map((file) => JSON.parse(readFileSync(path.join(EXAMPLES, file), 'utf8')));
    // Whatever is bent at one place: where the handler still takes it, so does the model.
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.string(), fc.jsonValue(), (body, name, value) => {
        const bent = { ...body, [name]: value };
        for (const candidate of [body, bent, ...Object.keys(body).map((key) => ({ ...body, [key]: value }))]) {
          if (Body?.safeParse(candidate).success) expect(model(candidate)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what is of the wrong kind, or endless', () => {
    const model = accepts({ method: 'POST', path: '/invoices' });
    expect(model([])).toBe(false);
    expect(model({ service: 'text' })).toBe(false);
    expect(model({ service: { description: 'x'.repeat(2_001) } })).toBe(false);
  });

  it('leaves to the handler what a person gets wrong, to be told how to put it right', () => {
    const model = accepts({ method: 'POST', path: '/invoices' });
    expect(model({})).toBe(true);
    expect(model({ companyCnpj: '1', servico: {} })).toBe(true);
  });
});
