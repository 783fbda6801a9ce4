import { describe, expect, it } from 'vitest';
import { at, emitted, invoiceId } from '../../test/invoices.ts';
import { MalformedMessage, readWork } from './work.ts';

const work = {
  operation: 'emit',
  invoiceId,
  municipalityCode: '3106200',
  requestId: '1',
  origin: 'emission',
};

describe('a message', () => {
  it('is read with its provider', () =>
    expect(readWork(JSON.stringify({ ...work, provider: 'abrasf' }))).toEqual({ ...work, provider: 'abrasf' }));

  it('is read as older versions of the service sent it, without one', () =>
    expect(readWork(JSON.stringify(work))).toEqual(work));

  const { companyCnpj, dps, xmlKey } = emitted.data;
  const facts = { xmlKey, tip: { version: 2, hash: 'h' }, at };
  const fresh = { companyCnpj, dps, ...facts };

  it.each([
    ['says the issuer and the number once', { ...work, companyCnpj, dps, emitted: facts }],
    ['of the version before says them twice', { ...work, companyCnpj, dps, fresh }],
    ['of an earlier version says them beside the key alone', { ...work, fresh }],
  ])('of an emission that %s is read, so that the stream need not be', (_, sent) =>
    expect(readWork(JSON.stringify(sent))).toEqual({ ...work, companyCnpj, dps, emitted: facts }),
  );
});

describe('a message that is no work', () => {
  it.each(['Maria da Silva, CPF 123.456.789-09', '{"customer":"Maria da Silva"}', '{"fresh":{"name":"Maria"}}'])(
    'is refused without a word of what it says: %s',
    (body) => {
      const refused = (): unknown => {
        try {
          return readWork(body);
        } catch (error) {
          return error;
        }
      };
      const error = refused();
      expect(error).toBeInstanceOf(MalformedMessage);
      const { message, cause } = error as MalformedMessage;
      expect(`${message} ${cause instanceof Error ? cause.message : cause}`).not.toContain('Maria');
    },
  );
});
