import { describe, expect, it } from 'vitest';
import { MalformedMessage, readWork } from './read-work.ts';

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
