import type { APIGatewayProxyEvent } from 'aws-lambda';
import { tooLarge } from './error-answers.ts';
import { badRequest, invalid, Problem } from './problem.ts';
import { escapedStep, fieldError } from './request-fields.ts';

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DEPTH = 16;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const CHARSET = /;\s{0,8}charset\s{0,8}=\s{0,8}"?([^\s;"]{1,40})/i;
const REPLACEMENT_CHARACTER = '\ufffd';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The request's JSON object. Size and depth are capped before anything looks inside.
 *
 * @throws Problem 413 above 256 KB, 415 for a charset other than UTF-8, 400 for anything that is not a JSON object in UTF-8,
 * 422 for a member named `__proto__`
 */
export function readBody({ body, isBase64Encoded, headers }: APIGatewayProxyEvent): JsonObject {
  if (!body) throw badRequest('missing-body', 'Envie um objeto JSON no corpo da requisição.');
  if (body.length > MAX_BODY_BYTES * 2) throw tooLarge();
  checkCharset(headerValue(headers, 'content-type'));
  const text = isBase64Encoded ? decodeUtf8(Buffer.from(body, 'base64')) : body;
  if (Buffer.byteLength(text, 'utf8') > MAX_BODY_BYTES) throw tooLarge();
  // API Gateway replaces bytes that are not UTF-8 by this character before a function sees them.
  if (text.includes(REPLACEMENT_CHARACTER)) throw notUtf8();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('not-json', 'O corpo da requisição não é JSON válido.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('not-an-object', 'O corpo da requisição deve ser um objeto JSON.');
  }
  checkTree(value);
  return value as JsonObject;
}

/** JSON is UTF-8 (RFC 8259 §8.1). Another declared charset would turn accents into other letters of a legal document. */
function checkCharset(contentType: string | undefined): void {
  const charset = CHARSET.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return;
  throw new Problem({
    status: 415,
    code: 'unsupported-charset',
    title: 'Codificação não aceita',
    detail:
      'Envie o corpo em UTF-8 (content-type: application/json; charset=utf-8): outras codificações não são aceitas.',
  });
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

const notUtf8 = (): Problem =>
  badRequest(
    'not-utf-8',
    'O corpo da requisição não está em UTF-8, ou contém o caractere U+FFFD, que marca uma letra perdida em outra conversão. ' +
      'Confira a codificação do programa que gera o texto e envie em UTF-8.',
  );

interface Node {
  readonly value: unknown;
  readonly pointer: string;
}

/** Walks with a list of its own, so that a deep request cannot exhaust the stack here or later. */
function checkTree(root: object): void {
  let level: readonly Node[] = [{ value: root, pointer: '' }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw badRequest('too-deep', `O JSON tem mais de ${MAX_DEPTH} níveis.`);
    for (const { value, pointer } of level) checkText(value, pointer);
    level = level.flatMap(children);
  }
}

function children({ value, pointer }: Node): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, child]) => {
    const at = `${pointer}/${escapedStep(name)}`;
    checkText(name, at);
    // zod's records skip this name in silence, and no schema of ours has it.
    if (name === '__proto__') throw invalid([fieldError(at, 'unknown')]);
    return { value: child, pointer: at };
  });
}

/** Catches what was escaped in the JSON text (`\ud800`, `\ufffd`). */
function checkText(value: unknown, pointer: string): void {
  if (typeof value !== 'string') return;
  if (value.includes(REPLACEMENT_CHARACTER)) throw invalid([fieldError(pointer, 'lost-character')]);
  if (value.isWellFormed()) return;
  throw badRequest('malformed-text', 'Um texto contém um caractere Unicode incompleto (surrogate sem par).');
}

/**
 * The idempotency key: header `Idempotency-Key`, bare or quoted (a structured-field string), or `requestId` in the body.
 *
 * @throws Problem 400 when it is missing, malformed, or given twice and different
 */
export function requestIdOf(event: APIGatewayProxyEvent, body: JsonObject): string {
  const [fromHeader, ...others] = new Set(idempotencyKeys(event));
  if (others.length > 0) throw malformed('', 'request-id-ambiguous');
  const fromBody = body.requestId;
  if (fromBody !== undefined && (typeof fromBody !== 'string' || !REQUEST_ID.test(fromBody))) {
    throw malformed('/requestId', 'request-id');
  }
  if (fromHeader !== undefined && !REQUEST_ID.test(fromHeader)) throw malformed('', 'request-id');
  if (fromHeader !== undefined && fromBody !== undefined && fromHeader !== fromBody) {
    throw malformed('/requestId', 'request-id-mismatch');
  }
  const requestId = fromHeader ?? fromBody;
  if (typeof requestId === 'string') return requestId;
  throw badRequest(
    'idempotency-key-missing',
    'Envie o cabeçalho Idempotency-Key (ou requestId no corpo): é ele que impede duas notas para a mesma venda.',
  );
}

/** Each `Idempotency-Key` header of the request, without the quotes of a structured-field string. */
function idempotencyKeys({ headers, multiValueHeaders }: APIGatewayProxyEvent): string[] {
  const lists = Object.entries(multiValueHeaders ?? {}).filter(([name]) => name.toLowerCase() === 'idempotency-key');
  const single = headerValue(headers, 'idempotency-key');
  const values = lists.length > 0 ? lists.flatMap(([, list]) => list ?? []) : single === undefined ? [] : [single];
  return values.map((value) => value.trim().replace(/^"(.*)"$/, '$1'));
}

function headerValue(headers: APIGatewayProxyEvent['headers'] | null, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

function malformed(pointer: string, code: string): Error {
  return badRequest('invalid-idempotency-key', 'A chave de idempotência não é válida; veja errors.', [
    fieldError(pointer, code),
  ]);
}
