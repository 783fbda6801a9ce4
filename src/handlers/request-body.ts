import type { APIGatewayProxyEvent } from 'aws-lambda';
import { tooLarge } from './error-answers.ts';
import { badRequest } from './problem.ts';
import { fieldError } from './request-fields.ts';

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DEPTH = 16;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The request's JSON object. Size and depth are capped before anything looks inside.
 *
 * @throws Problem 413 above 256 KB, 400 for anything that is not a JSON object
 */
export function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): JsonObject {
  if (!body) throw badRequest('missing-body', 'Envie um objeto JSON no corpo da requisição.');
  if (body.length > MAX_BODY_BYTES * 2) throw tooLarge();
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (Buffer.byteLength(text, 'utf8') > MAX_BODY_BYTES) throw tooLarge();
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

/** Walks with a list of its own, so that a deep request cannot exhaust the stack here or later. */
function checkTree(root: object): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw badRequest('too-deep', `O JSON tem mais de ${MAX_DEPTH} níveis.`);
    for (const value of level) {
      if (typeof value === 'string' && !value.isWellFormed()) {
        throw badRequest('malformed-text', 'Um texto contém um caractere Unicode incompleto (surrogate sem par).');
      }
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}

/**
 * The idempotency key: header `Idempotency-Key`, bare or quoted (a structured-field string), or `requestId` in the body.
 *
 * @throws Problem 400 when it is missing, malformed, or given twice and different
 */
export function requestIdOf({ headers }: APIGatewayProxyEvent, body: JsonObject): string {
  const header = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1];
  const fromHeader = header?.trim().replace(/^"(.*)"$/, '$1');
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

function malformed(pointer: string, code: string): Error {
  return badRequest('invalid-idempotency-key', 'A chave de idempotência não é válida; veja errors.', [
    fieldError(pointer, code),
  ]);
}
