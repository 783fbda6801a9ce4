import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { CODES_BY_CLASS, CODES_BY_FIELD } from './rejection-codes.ts';
import { EXPLANATIONS } from './rejection-texts.ts';
import { catalogued, decideRejection, explainRejection } from './rejections.ts';

const catalogue = factFile('tables/nacional-error-codes.csv');
const addendum = factFile('2026/tables/error-codes-addendum.csv');

/** `code,field,meaning,class`, in the addendum with a source behind; the meaning may be quoted, and so may the source. */
function rows(csv: string): [code: string, handling: string][] {
  const lines = csv.trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const [, code = '', handling = ''] = /^(\w+),.*,(N\/A|[A-Z_]+)(?:,(?:[^,"]*|"[^"]*"))?$/.exec(line) ?? [];
    return [code, handling];
  });
}

describe('the catalogue of rejections', () => {
  needing(WITHOUT_FACTS, it)('handles every code as the fact pack says', () => {
    const expected = [...rows(catalogue ?? ''), ...rows(addendum ?? '')].map(([code, name]) => [
      code,
      name === 'N/A' ? 'NOT_APPLICABLE' : name,
    ]);
    expect(expected.map(([code = '']) => [code, catalogued(code)])).toEqual(expected);
  });

  it('has each code once', () => {
    for (const lists of [CODES_BY_CLASS, CODES_BY_FIELD]) {
      const codes = Object.values(lists).flatMap((list) => list.trim().split(/\s+/));
      expect(codes).toHaveLength(new Set(codes).size);
    }
  });

  it('explains no code that it does not have', () => {
    expect(Object.keys(EXPLANATIONS).filter((code) => catalogued(code) === undefined)).toEqual([]);
  });

  it.each(Object.keys(EXPLANATIONS))('explains %s in whole sentences', (code) => {
    const { message, howToFix } = explainRejection(code);
    expect(message).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/);
    expect(howToFix).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/);
  });

  it.each(['E0462', 'E0500', 'RNG1234', '', 'toString'])('has something to say of %s', (code) => {
    const { message, howToFix, field } = explainRejection(code);
    expect([message, howToFix].every((text) => text.length > 10)).toBe(true);
    expect(field).toBeUndefined();
  });

  it.each([
    ['E0188', '/customer/cnpj'],
    ['e0240 ', '/customer/address/postalCode'],
    ['E0310', '/service/code'],
    ['E0427', '/amounts/service'],
  ])('blames %s on %s', (code, field) => expect(explainRejection(code).field).toBe(field));
});

describe('an answer with several codes', () => {
  it.each([
    ['a used number beats everything: the note may exist', ['E0188', 'E1235', 'E0014'], 'E0014', 'LOOKUP'],
    ['an event in the way beats an internal error', ['RNG9999', 'E0840'], 'E0840', 'IDEMPOTENT'],
    ['an internal error beats a refusal: the note may exist', ['E0188', 'RNG9999'], 'RNG9999', 'RETRY_LOOKUP'],
    ['our defect beats the user’s data', ['E0188', 'E1235'], 'E1235', 'BUG'],
    ['the register beats the data', ['E0240', 'E0116'], 'E0116', 'CONFIG'],
    ['the data beats the clock', ['E0008', 'E0188'], 'E0188', 'FIX_DATA'],
    ['a refusal beats "try again"', ['E1217', 'E0008'], 'E0008', 'FIX_CLOCK'],
    ['"try again" stands alone', ['E1217'], 'E1217', 'RETRY'],
    ['a code that no table has blames nobody', ['E0777'], 'E0777', 'UNLISTED'],
    ['neither does an unknown schema failure', ['RNG6111'], 'RNG6111', 'UNLISTED'],
    ['a known refusal beats a code that no table has', ['E0777', 'E0188'], 'E0188', 'FIX_DATA'],
    ['a code that no table has beats "try again"', ['E1217', 'E0777'], 'E0777', 'UNLISTED'],
    ['a certificate that was not received is a matter of configuration', ['E4007'], 'E4007', 'CONFIG'],
    ['codes are compared trimmed and without case', [' e0014 '], 'E0014', 'LOOKUP'],
  ] as const)('%s', (_, codes, code, name) => expect(decideRejection(codes)).toMatchObject({ code, class: name }));

  it('without any code decides nothing', () => expect(decideRejection([])).toBeUndefined());
});
