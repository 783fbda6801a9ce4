import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { routes } from '../src/handlers/routes.ts';
import { openApiDocument, operationOf } from './document.ts';
import { DOCUMENT_FILE, written } from './document-file.ts';
import { bodyOf } from './handler-schemas.ts';
import { OPERATIONS } from './operations.ts';
import { PROBLEMS } from './problems.ts';

const HANDLERS = path.join(import.meta.dirname, '../src/handlers');
const document = await openApiDocument();

interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    schema: object;
    description: string;
  }[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: object;
        readonly examples?: Readonly<Record<string, { value: unknown }>>;
      };
    };
  };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const operations = Object.entries(document.paths).flatMap(([at, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${at}`,
    at,
    operation: operation as unknown as OperationObject,
  })),
);

/** Every `$ref` of a document. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : references(member),
  );
}

/** A validator of JSON Schema 2020-12, which OpenAPI 3.1 is written in; it knows the document's components. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'document', ...document.components, components: document.components }, 'document');
ajv.addVocabulary(['components', 'schemas', 'headers', 'securitySchemes']);

const validator = (schema: object) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')));

describe('the description of the API', () => {
  it('is the one that is served: `npm run openapi` writes it', () =>
    expect(readFileSync(DOCUMENT_FILE, 'utf8')).toBe(written(document)));

  it('has every route, and none besides', () =>
    expect(operations.map(({ name }) => name).sort()).toEqual(
      routes.map(({ method, path: at }) => `${method} ${at}`).sort(),
    ));

  it('says nothing of routes that are gone', () =>
    expect(Object.keys(OPERATIONS).sort()).toEqual(routes.map(({ method, path: at }) => `${method} ${at}`).sort()));

  it('is an OpenAPI 3.1 document: its own version, a title and a version of the API', () =>
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: expect.any(String), version: expect.any(String) },
    }));

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that it does not have', () => {
    const resolve = (reference: string) =>
      reference
        .slice(2)
        .split('/')
        .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
    const all = references(document);
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((reference) => !reference.startsWith('#/') || resolve(reference) === undefined)).toEqual([]);
  });

  it('has a use for every component', () => {
    const used = new Set(references(document).map((reference) => reference.split('/').at(-1)));
    expect(Object.keys(document.components.schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  it.each(operations)('says of $name what its path holds, and how it ends', ({ at, operation }) => {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(at.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required === true)).toBe(true);
    expect(operation.summary).not.toBe('');
    expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
    for (const [status, { description }] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^[2-5]\d\d$/);
      expect(description).not.toBe('');
    }
    const named = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(new Set(named).size).toBe(named.length);
  });

  it.each(Object.entries(document.components.schemas))('has in %s a schema of JSON Schema 2020-12', (_name, schema) =>
    expect(() => validator(schema)).not.toThrow(),
  );

  it.each(Object.entries(document.components.schemas))('says of every field of %s what it is', (_name, schema) => {
    const silent = (of: unknown, at: string): string[] => {
      const { properties = {}, items, oneOf = [], anyOf = [] } = of as Record<string, never>;
      const here = Object.entries(properties as Record<string, { description?: string }>).flatMap(
        ([name, property]) => [...(property.description ? [] : [`${at}${name}`]), ...silent(property, `${at}${name}.`)],
      );
      return [
        ...here,
        ...[...(items ? [items] : []), ...(oneOf as unknown[]), ...(anyOf as unknown[])].flatMap((one) =>
          silent(one, at),
        ),
      ];
    };
    expect(silent(schema, '')).toEqual([]);
  });
});

describe('the examples', () => {
  const shown = operations.flatMap(({ name, operation }) => {
    const { schema = {}, examples = {} } = operation.requestBody?.content['application/json'] ?? {};
    return Object.entries(examples).map(([example, { value }]) => ({ name, example, value, schema }));
  });

  it.each(shown)('$example is what $name describes', ({ value, schema }) => {
    const validate = validator(schema);
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  });

  it('are refused with a field that the description does not have', () => {
    const [{ value, schema } = { value: {}, schema: {} }] = shown;
    expect(validator(schema)({ ...(value as object), surprise: 1 })).toBe(false);
  });
});

describe('the description and the handlers', () => {
  const withBody = routes.filter((route) => operationOf(route).body);

  it.each(withBody)('$method $path is described by the schema that its handler reads with', async (route) => {
    const text = readFileSync(path.join(HANDLERS, `${route.handler}.ts`), 'utf8');
    expect(await bodyOf(route)).toBeDefined();
    const exported =
      text
        .match(/export const Bodies = [^;]*/)?.[0]
        .split(`'${route.path}': `)[1]
        ?.match(/^\w+/)?.[0] ??
      /export \{ (\w+) as Body \}/.exec(text)?.[1] ??
      'Body';
    expect(text).toContain(`parse(${exported}, `);
  });

  it('agree on who takes a body and a query', () => {
    for (const route of routes) {
      const text = readFileSync(path.join(HANDLERS, `${route.handler}.ts`), 'utf8');
      const described = document.paths[route.path]?.[route.method.toLowerCase()] as unknown as OperationObject;
      if (route.method === 'GET') {
        const query = (described.parameters ?? []).some((parameter) => parameter.in === 'query');
        expect([route.path, query]).toEqual([route.path, text.includes('queryStringParameters')]);
      } else
        expect([route.path, operationOf(route).body !== undefined]).toEqual([route.path, text.includes('readBody(')]);
    }
  });

  it('agree on what happens once', () => {
    for (const route of routes) {
      const text = readFileSync(path.join(HANDLERS, `${route.handler}.ts`), 'utf8');
      expect([route.path, operationOf(route).once === true]).toEqual([
        route.path,
        route.method !== 'GET' && text.includes('requestIdOf('),
      ]);
    }
  });

  it('have the same codes of problems', async () => {
    const files = (await readdir(HANDLERS)).filter((file) => file.endsWith('.ts') && !file.includes('.spec.'));
    const texts = files.map((file) => readFileSync(path.join(HANDLERS, file), 'utf8')).join('\n');
    const coined = [
      ...texts.matchAll(/status: \d+,\s*code: '([a-z-]+)'/g),
      ...texts.matchAll(/badRequest\(\s*'([a-z-]+)'/g),
    ].map(([, code = '']) => code);
    expect(coined.length).toBeGreaterThan(15);
    expect(coined.filter((code) => !(code in PROBLEMS))).toEqual([]);
  });
});
