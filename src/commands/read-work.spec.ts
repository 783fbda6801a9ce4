import { describe, expect, it } from 'vitest';
import { invoiceId } from '../../test/invoices.ts';
import { MalformedMessage, readWork } from './read-work.ts';

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
});

describe('a message that is no work', () => {
  it.each(['Maria da Silva, CPF 123.456.789-09', '{"customer":"Maria da Silva"}'])(
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
