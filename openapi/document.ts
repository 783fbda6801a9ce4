import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod/mini';
import { ACCESS } from '../src/handlers/access.ts';
import { emissionParts } from '../src/handlers/emission-parts.ts';
import { type ApiRoute, type Route, routes } from '../src/handlers/routes.ts';
import { VERSION } from '../src/platform/version.ts';
import * as answers from './answers.ts';
import { bodyOf, type HandlerSchemas, schemasOf } from './handler-schemas.ts';
import { componentsOf, inlineSchema, type JsonSchema } from './json-schema.ts';
import * as municipalityAnswers from './municipality-answers.ts';
import { OPERATIONS, type Operation, type OperationAnswer } from './operations.ts';
import { HEADERS, PATH_PARAMETERS, QUERY_TEXTS } from './parameters.ts';
import { EVERY, GUARDED, ONCE, PROBLEMS, type ProblemCode, WITH_BODY } from './problems.ts';

export type Json = { readonly [name: string]: unknown };

export interface OpenApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> } & Json;
}

/** The API, described from its routes, the schemas that its handlers read requests by, and the role matrix. */
export async function openApiDocument(): Promise<OpenApiDocument> {
  const described = await Promise.all(
    routes.map(async (route) => ({
      route,
      operation: operationOf(route),
      schemas: await schemasOf(route.handler),
      body: await bodyOf(route),
    })),
  );
  const names = nameOfAnswers();
  const byPath = Map.groupBy(described, ({ route }) => route.path);
  const paths = Object.fromEntries(
    [...byPath].map(([at, here]) => [
      at,
      Object.fromEntries(
        here.map(({ route, operation, schemas }) => [
          route.method.toLowerCase(),
          operationObject(route, operation, schemas, names),
        ]),
      ),
    ]),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'nfse-ledger',
      version: VERSION,
      summary: 'Issues Brazilian service invoices (NFS-e): never twice, never lost, provable.',
      description:
        'JSON over HTTPS. Money is a decimal string with two places, times are ISO 8601 with offset, unknown fields are refused rather than ignored. Texts of problems are in Portuguese, for the person who has to correct something.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.', description: 'Where this document was read.' }],
    tags: [
      { name: 'Invoices', description: 'Emitted, corrected, cancelled, and proven.' },
      { name: 'Companies', description: 'What the invoices of a company have in common.' },
      { name: 'Reports', description: 'Questions about many invoices, and what happened to them.' },
      { name: 'Operations', description: 'For those who run the service.' },
      { name: 'Service', description: 'About the service itself.' },
    ],
    security: [{ token: [], apiKey: [] }],
    paths,
    components: {
      schemas: schemasByName(described, names),
      headers: Object.fromEntries(Object.entries(HEADERS.answer)),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'Access token of the installation’s OpenID provider: its groups or scopes are the roles, `custom:companies` the companies.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'Of the application.' },
      },
    },
  };
}

/** @throws Error for a route that nothing is said of: openapi/operations.ts is where it is missing */
export function operationOf({ method, path: at }: Pick<Route, 'method' | 'path'>): Operation {
  const operation = OPERATIONS[`${method} ${at}`];
  if (!operation) throw new Error(`openapi/operations.ts says nothing of ${method} ${at}`);
  return operation;
}

/** Which problems a route may answer with. */
export function problemsOf(route: Route): readonly ProblemCode[] {
  const { body, once, problems = [] } = operationOf(route);
  return [...EVERY, ...(route.open ? [] : GUARDED), ...(body ? WITH_BODY : []), ...(once ? ONCE : []), ...problems];
}

/** What the handler knows by itself before it judges a body: from the registration, or from the invoice that is replaced. */
const COMPLETED: Readonly<Record<string, readonly string[]>> = {
  Emission: ['municipalityCode'],
  Replacement: ['accessKey'],
};

type Names = ReadonlyMap<z.ZodMiniType, string>;

/** Components that answers are made of. */
function nameOfAnswers(): Names {
  return new Map(
    Object.entries({ ...answers, ...municipalityAnswers }).map(([name, schema]) => [schema as z.ZodMiniType, name]),
  );
}

function schemasByName(
  described: readonly { readonly operation: Operation; readonly body: z.ZodMiniType | undefined }[],
  names: Names,
): Record<string, JsonSchema> {
  const bodies = described.flatMap(({ operation, body }) =>
    operation.body && body ? [[operation.body, body] as const] : [],
  );
  const parts = Object.entries(PARTS).map(([name, part]) => [name, inner(emissionParts[part])] as const);
  const written = componentsOf(
    Object.fromEntries([...parts, ...bodies, ...[...names].map(([schema, name]) => [name, schema] as const)]),
  );
  for (const [name, members] of Object.entries(COMPLETED)) {
    const own = written[name];
    if (own) own.required = (own.required as string[]).filter((member) => !members.includes(member));
  }
  for (const name of names.values()) written[name] = mayGainFields(written[name] ?? {});
  return Object.fromEntries(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Parts of an emission that have a name of their own, so that requests and answers refer to one description. */
const PARTS = {
  Issuer: 'issuer',
  ServiceRendered: 'service',
  Party: 'customer',
  Amounts: 'amounts',
  Iss: 'iss',
  FederalTaxes: 'federalTaxes',
  ApproximateTaxes: 'approximateTaxes',
  IbsCbs: 'ibsCbs',
  Replacement: 'replaces',
} as const satisfies Readonly<Record<string, keyof typeof emissionParts>>;

/** What an optional or defaulted schema wraps. */
function inner(schema: z.ZodMiniType): z.ZodMiniType {
  const { innerType } = schema._zod.def as { innerType?: z.ZodMiniType };
  return innerType ?? schema;
}

function mayGainFields<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(mayGainFields) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([name, value]) => !(name === 'additionalProperties' && value === false),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, mayGainFields(value)])) as T;
}

function operationObject(route: ApiRoute, operation: Operation, schemas: HandlerSchemas, names: Names): Json {
  const { id, tag, summary, description, body } = operation;
  const allowed = ACCESS[route.handler];
  const roles = allowed === 'anyone' ? undefined : allowed;
  const parameters = parametersOf(route, operation, schemas);
  const said = [description, roles && `Roles: ${roles.map((role) => `\`${role}\``).join(', ')}.`].filter(Boolean);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(said.length > 0 ? { description: said.join('\n\n') } : {}),
    ...(route.open ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(operation) } : {}),
    responses: { ...successes(operation, names), ...refusals(problemsOf(route)) },
    ...(roles ? { 'x-roles': roles } : {}),
  };
}

function parametersOf(route: Route, { once, headers = [] }: Operation, { Query }: HandlerSchemas): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const parameter = PATH_PARAMETERS[name];
    if (!parameter) throw new Error(`openapi/parameters.ts says nothing of {${name}}`);
    return { name, in: 'path', required: true, ...parameter };
  });
  const query = Query && route.method === 'GET' ? inlineSchema(Query) : {};
  const { properties = {}, required = [] } = query as { properties?: Record<string, Json>; required?: string[] };
  const inQuery = Object.entries(properties).map(([name, schema]) => {
    const text = QUERY_TEXTS[route.handler]?.[name];
    if (text === undefined) throw new Error(`openapi/parameters.ts says nothing of ?${name} of ${route.handler}`);
    // A handler gives its default to what is missing: nothing that a query must have.
    const must = required.includes(name) && !('default' in schema);
    return { name, in: 'query', ...(must ? { required: true } : {}), description: text, schema };
  });
  const inHeader = [...(once ? (['Idempotency-Key'] as const) : []), ...headers].map((name) => ({
    name,
    in: 'header',
    ...HEADERS.request[name],
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

const EXAMPLES = path.join(import.meta.dirname, '../examples');

function requestBody({ body, examples = [] }: Operation): Json {
  const shown = examples.map((name) => [
    name,
    { value: JSON.parse(readFileSync(path.join(EXAMPLES, `${name}.json`), 'utf8')) },
  ]);
  return {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${body}` },
        ...(shown.length > 0 ? { examples: Object.fromEntries(shown) } : {}),
      },
    },
  };
}

function successes({ answers: given }: Operation, names: Names): Json {
  return Object.fromEntries(Object.entries(given).map(([status, answer]) => [status, answerObject(answer, names)]));
}

function answerObject({ description, schema, headers, alsoAs }: OperationAnswer, names: Names): Json {
  const name = schema && names.get(schema);
  return {
    description,
    ...(headers
      ? { headers: Object.fromEntries(headers.map((header) => [header, { $ref: `#/components/headers/${header}` }])) }
      : {}),
    ...(name
      ? {
          content: {
            'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
            ...(alsoAs ? { [alsoAs]: { schema: { type: 'string' } } } : {}),
          },
        }
      : {}),
  };
}

function refusals(codes: readonly ProblemCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code][0]);
  const objects = [...byStatus].map(([status, here]) => [
    status,
    {
      description: here.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return Object.fromEntries(objects);
}
