import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Problem } from './problem.ts';
import { readBody, requestIdOf } from './request-body.ts';

const request = (parts: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent => parts as APIGatewayProxyEvent;
const json = (body: string, contentType?: string) =>
  request({ body, isBase64Encoded: false, headers: contentType === undefined ? {} : { 'Content-Type': contentType } });
const bytes = (body: Buffer) => request({ body: body.toString('base64'), isBase64Encoded: true, headers: {} });

function problemOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error.facts;
    throw error;
  }
  throw new Error('Nothing was refused');
}

describe('the charset of a body', () => {
  it.each([
    ['none', undefined],
    ['no charset', 'application/json'],
    ['UTF-8', 'application/json; charset=utf-8'],
    ['UTF-8 quoted in capitals', 'application/json;Charset="UTF-8"'],
    ['ASCII, which is a part of UTF-8', 'text/plain; charset=US-ASCII'],
  ])('%s is read', (_title, contentType) => {
    expect(readBody(json('{"name":"João"}', contentType))).toEqual({ name: 'João' });
  });

  it.each([
    'application/json; charset=iso-8859-1',
    'application/json;charset=windows-1252',
    'application/json; boundary=x; charset = "UTF-16"',
  ])('%s is refused by 415', (contentType) => {
    expect(problemOf(() => readBody(json('{}', contentType)))).toMatchObject({
      status: 415,
      code: 'unsupported-charset',
    });
  });
});

describe('a body that lost letters on its way', () => {
  it.each([
    ['bytes of Latin-1', bytes(Buffer.from('{"name":"João"}', 'latin1'))],
    [
      'a UTF-8 sequence cut short',
      bytes(Buffer.concat([Buffer.from('{"name":"Jo'), Buffer.from([0xc3]), Buffer.from('"}')])),
    ],
    ['bytes that the gateway replaced', json('{"name":"Jo\ufffdo"}')],
  ])('%s is refused', (_title, event) => {
    expect(problemOf(() => readBody(event))).toMatchObject({ status: 400, code: 'not-utf-8' });
  });

  it.each([
    ['a text', '{"name":"Jo\\ufffdo"}', '/name'],
    ['a name', '{"na\\ufffdme":"João"}', '/na\ufffdme'],
  ])('is refused with its place where %s has the mark of a lost character, escaped', (_, text, pointer) => {
    const problem = problemOf(() => readBody(json(text)));
    expect(problem).toMatchObject({ status: 422, errors: [{ pointer, code: 'lost-character' }] });
  });

  it('is read where it lost nothing', () => {
    expect(readBody(bytes(Buffer.from('{"name":"João 🎉"}')))).toEqual({ name: 'João 🎉' });
  });
});

describe('a member named __proto__', () => {
  it.each([
    ['{"__proto__":{}}', '/__proto__'],
    ['{"corrections":{"customer":{"__proto__":{"name":"x"}}}}', '/corrections/customer/__proto__'],
    ['{"a/b":[{"__proto__":1}]}', '/a~1b/0/__proto__'],
  ])('in %s is refused with its pointer', (body, pointer) => {
    expect(problemOf(() => readBody(json(body)))).toMatchObject({
      status: 422,
      errors: [{ pointer, code: 'unknown' }],
    });
  });
});

describe('the idempotency key', () => {
  const withKeys = (...values: string[]) =>
    request({
      headers: { 'Idempotency-Key': values.at(-1) ?? '' },
      multiValueHeaders: { 'Idempotency-Key': values },
    });

  it.each([
    ['once', ['sale-1']],
    ['twice the same', ['sale-1', 'sale-1']],
    ['once bare and once quoted', ['sale-1', '"sale-1"']],
  ])('given %s is taken', (_title, values) => {
    expect(requestIdOf(withKeys(...values), {})).toBe('sale-1');
  });

  it('given in two headers that differ is refused', () => {
    expect(problemOf(() => requestIdOf(withKeys('sale-1', 'sale-2'), {}))).toMatchObject({
      status: 400,
      code: 'invalid-idempotency-key',
      errors: [{ code: 'request-id-ambiguous' }],
    });
  });

  it('in headers of different case counts as given twice', () => {
    const event = request({ headers: {}, multiValueHeaders: { 'Idempotency-Key': ['a'], 'idempotency-key': ['b'] } });
    expect(problemOf(() => requestIdOf(event, {}))).toMatchObject({ status: 400 });
  });

  it('is read where the gateway hands over single headers alone', () => {
    expect(requestIdOf(request({ headers: { 'IDEMPOTENCY-KEY': 'sale-1' } }), {})).toBe('sale-1');
  });
});
