import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { accessToken } from '../../local/access-token.ts';
import type { Credentials } from '../../local/credentials.ts';
import { inProject } from '../../local/project.ts';
import description from '../../src/handlers/openapi.json' with { type: 'json' };
import { cnpjCheckDigits } from '../../src/nfse/cnpj.ts';
import { oneOf } from '../faults/seeded-random.ts';
import { mutated, strangeText } from './mutations.ts';
import { drawnFrom, type Schema } from './schema-values.ts';

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly object: OperationObject;
}

const api = description as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations: readonly Operation[] = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, object]) => ({ method: method.toUpperCase(), path, object })),
);
const emission = operations.find(({ object }) => object.operationId === 'emit') as Operation;

const ajv = new Ajv2020({ strict: false, validateFormats: true });
addFormats.default(ajv);
ajv.addSchema(api, 'api');

export interface FuzzResult {
  requests: number;
  emissions: number;
  accepted: number;
  /** Operations that were asked, of all in the document. */
  readonly asked: Set<string>;
  readonly byStatus: Map<number, number>;
  /** A sentence about each answer that the document does not have, a 5xx among them. */
  readonly wrong: string[];
  readonly answers: { readonly operationId: string; readonly ms: number }[];
}

export const operationCount = operations.length;

export interface FuzzOptions {
  readonly stack: Pick<Credentials, 'apiUrl' | 'apiKey' | 'clients' | 'tokenUrl'>;
  readonly random: () => number;
  /** Asked before each request, with what there is so far. */
  readonly goesOn: (result: FuzzResult) => boolean;
  readonly concurrency: number;
}

/** Nobody else's: what is written about it stops no other test. */
const QUIET_MUNICIPALITY = '1200013';

/**
 * Sends valid and mutated requests of every operation as every role and tenant, and holds each answer against the document: its status, its
 * media type, its body.
 */
export async function fuzz({ stack, random, goesOn, concurrency }: FuzzOptions): Promise<FuzzResult> {
  const tokens = await Promise.all(stack.clients.map((client) => accessToken(stack.tokenUrl, client)));
  const known: string[] = [];
  const result: FuzzResult = {
    requests: 0,
    emissions: 0,
    accepted: 0,
    asked: new Set(),
    byStatus: new Map(),
    wrong: [],
    answers: [],
  };
  // Half of all are emissions, for the others to have something to ask about; each other operation has its turn.
  let turn = 0;
  const next = () => (turn++ % 2 === 0 ? emission : (operations[(turn >> 1) % operations.length] as Operation));

  async function once(): Promise<void> {
    const operation = next();
    const isValid = random() < 0.75;
    const asEmitter = operation === emission && isValid;
    const client = stack.clients.findIndex(({ name }) => name === (asEmitter ? 'admin' : ''));
    const token = tokens[client >= 0 ? client : Math.floor(random() * tokens.length)];
    const request = requestFor(operation, isValid, known, random);
    const started = performance.now();
    const response = await fetch(stack.apiUrl + request.target, {
      method: operation.method,
      headers: { authorization: `Bearer ${token}`, 'x-api-key': stack.apiKey, ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const text = await response.text();
    result.answers.push({ operationId: operation.object.operationId, ms: performance.now() - started });
    result.requests++;
    result.asked.add(operation.object.operationId);
    result.byStatus.set(response.status, (result.byStatus.get(response.status) ?? 0) + 1);
    const flaw = flawOf(operation, response, text);
    if (flaw)
      result.wrong.push(
        `${operation.method} ${request.target.slice(0, 200)} ${response.status}: ${flaw}; sent ${request.body?.slice(0, 600)}`,
      );
    if (operation === emission) {
      result.emissions++;
      if (response.status === 202) {
        result.accepted++;
        known.push((JSON.parse(text) as { invoiceId: string }).invoiceId);
      }
    }
  }

  const lane = async () => {
    while (goesOn(result)) await once();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return result;
}

/** @returns what is wrong with the answer by the document; `undefined` for nothing */
function flawOf({ method, path, object }: Operation, response: Response, text: string): string | undefined {
  if (response.status >= 500) return `a failure of the service: ${text.slice(0, 300)}`;
  const described = object.responses[String(response.status)];
  if (!described) return `the document has no such status: ${text.slice(0, 300)}`;
  const media = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (!described.content) return text === '' ? undefined : 'the document has no body here';
  if (!described.content[media]) return `the document has no ${media}`;
  if (!media.includes('json')) return undefined;
  const steps = ['paths', path, method.toLowerCase(), 'responses', String(response.status), 'content', media, 'schema'];
  const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validate = ajv.getSchema(`api#/${pointer}`) ?? ajv.compile({ $ref: `api#/${pointer}` });
  return validate(JSON.parse(text)) ? undefined : `${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`;
}

interface FuzzRequest {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function requestFor(
  operation: Operation,
  isValid: boolean,
  known: readonly string[],
  random: () => number,
): FuzzRequest {
  const { parameters = [], requestBody } = operation.object;
  const strange = () => !isValid && random() < 0.3;
  const text = (schema: Schema) =>
    strange() ? strangeText(random) : String(drawnFrom(schema, api.components.schemas, random));
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (strange()) return encodeURIComponent(strangeText(random));
    const own = valueNamed(name, known, random);
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema ?? {};
    return encodeURIComponent(own ?? text(schema));
  });
  const query = parameters
    .filter(({ in: place }) => place === 'query' && random() < 0.4)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(valueNamed(name, known, random) ?? text(schema))}`);
  if (strange()) query.push(`unknown=${encodeURIComponent(strangeText(random))}`);
  const headers: Record<string, string> = {};
  if (!strange()) headers['idempotency-key'] = randomUUID();
  if (strange()) headers['content-type'] = oneOf(random, ['application/json; charset=iso-8859-1', 'text/plain', 'x']);
  else if (requestBody) headers['content-type'] = 'application/json';
  if (parameters.some(({ name }) => name === 'If-Match') && random() < 0.5) headers['if-match'] = '"1"';
  const target = `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  if (!requestBody) return { target, headers, body: undefined };
  const body = bodyFor(operation, requestBody.content['application/json'].schema, random);
  if (isValid) return { target, headers, body: JSON.stringify(body) };
  const whole = JSON.stringify(mutated(body, random));
  return { target, headers, body: strange() ? whole.slice(0, Math.floor(random() * whole.length)) : whole };
}

/** What is about something that exists, and about nothing that another test needs. */
function valueNamed(name: string, known: readonly string[], random: () => number): string | undefined {
  if (name === 'invoiceId' && known.length > 0) return oneOf(random, known);
  if (name === 'cnpj') return companyOf(random);
  if (name === 'municipalityCode') return QUIET_MUNICIPALITY;
  return undefined;
}

/** One of a hundred companies of the fuzz's own. */
function companyOf(random: () => number): string {
  const base = `9990000${String(Math.floor(random() * 100)).padStart(5, '0')}`;
  return base + cnpjCheckDigits(base);
}

const example = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(inProject(`examples/${name}.json`), 'utf8'));
const EMISSIONS = ['emit-invoice', 'emit-withheld', 'emit-export'].map(example);

function bodyFor({ object }: Operation, schema: Schema, random: () => number): unknown {
  const drawn = () => drawnFrom(schema, api.components.schemas, random);
  switch (object.operationId) {
    case 'emit':
      // Few of what the schema alone allows keep the fiscal rules: the examples do, with texts and numbers of chance.
      return random() < 0.15 ? drawn() : emissionBody(random);
    case 'replayDeadLetters':
    case 'discardDeadLetters':
      return { ...(drawn() as object), dryRun: true };
    default:
      return drawn();
  }
}

function emissionBody(random: () => number): object {
  const base = structuredClone(oneOf(random, EMISSIONS)) as {
    service: Record<string, unknown>;
    dps?: object;
  };
  const words = ['Consultoria', 'manutenção', 'de sistemas', '& suporte', '<nível 2>', 'São João', "d'água", 'nº 7'];
  base.service.description = Array.from({ length: 1 + Math.floor(random() * 20) }, () => oneOf(random, words)).join(
    ' ',
  );
  base.dps = { series: String(40_000 + Math.floor(random() * 50)) };
  return base;
}
