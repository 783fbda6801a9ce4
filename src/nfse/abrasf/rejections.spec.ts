import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { CODES_BY_CLASS, CODES_BY_FIELD } from './rejection-codes.ts';
import { EXPLANATIONS_2008 } from './rejection-texts-2008.ts';
import { EXPLANATIONS_MODEL_2 } from './rejection-texts-model-2.ts';
import { cataloguedAbrasf, decideAbrasfRejection, explainAbrasfRejection } from './rejections.ts';

const table = factFile('tables/abrasf-error-codes.csv');
const codes = Object.values(CODES_BY_CLASS).flatMap((list) => list.trim().split(/\s+/));

describe('the catalogue of ABRASF’s codes', () => {
  needing(WITHOUT_FACTS, it)('handles every code as the fact pack says', () => {
    const lines = (table ?? '').trim().split(/\r?\n/).slice(1);
    const expected = lines.map((line) => [line.slice(0, line.indexOf(',')), line.slice(line.lastIndexOf(',') + 1)]);
    expect(expected.map(([code = '']) => [code, cataloguedAbrasf(code)])).toEqual(expected);
    expect(codes).toHaveLength(expected.length);
  });

  it('has each code once, with an explanation of its own', () => {
    expect(codes).toHaveLength(new Set(codes).size);
    expect(Object.keys({ ...EXPLANATIONS_2008, ...EXPLANATIONS_MODEL_2 }).toSorted()).toEqual(codes.toSorted());
  });

  it('blames only codes that it has on a field', () => {
    const blamed = Object.values(CODES_BY_FIELD).flatMap((list) => list.split(' '));
    expect(blamed).toHaveLength(new Set(blamed).size);
    expect(blamed.filter((code) => !codes.includes(code))).toEqual([]);
  });

  it.each(codes)('explains %s in whole sentences', (code) => {
    const { message, howToFix } = explainAbrasfRejection(code);
    expect(message).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/);
    expect(howToFix).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/);
  });

  it.each(['E77777', 'ZZ01', '', 'toString', 'A99'])('has something to say of %s', (code) => {
    expect(explainAbrasfRejection(code).howToFix.length).toBeGreaterThan(10);
  });
});

describe('an answer of a city hall with several codes', () => {
  it.each([
    ['a used RPS beats everything: the note may exist', ['E47', 'E160', 'E10'], 'E10', 'LOOKUP'],
    ['an internal error beats a refusal', ['E47', 'E232'], 'E232', 'RETRY_LOOKUP'],
    ['a queue beats a refusal', ['E30', 'E92'], 'E92', 'PENDING'],
    ['our defect beats the user’s data', ['E47', 'E62', 'E172'], 'E172', 'BUG'],
    ['"try again" stands alone', ['E973'], 'E973', 'RETRY'],
    ['a refusal beats "try again"', ['E973', 'E47'], 'E47', 'FIX_DATA'],
    ['an alert decides nothing beside another', ['A8', 'E47'], 'E47', 'FIX_DATA'],
    ['an alert alone is an alert', ['A8'], 'A8', 'ALERT'],
    ['codes are compared trimmed and without case', [' e10 '], 'E10', 'LOOKUP'],
  ] as const)('%s', (_, given, code, name) =>
    expect(decideAbrasfRejection(given)).toEqual({ code, class: name, known: true }),
  );

  it('keeps an unknown code whole and says that it is unknown', () =>
    expect(decideAbrasfRejection(['X-123 vendor'])).toEqual({ code: 'X-123 vendor', class: 'UNLISTED', known: false }));
});
