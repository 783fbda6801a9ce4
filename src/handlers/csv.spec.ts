import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../projections/reporting/reports/report.ts';
import { csv } from './csv.ts';

const text: Column = { key: 'code', title: 'Código', kind: 'text' };
const money: Column = { key: 'total', title: 'Total; em reais', kind: 'money' };
const seconds: Column = { key: 'p50', title: 'Mediana (s)', kind: 'seconds' };
const cellsOf = (code: string) => csv([text], [{ code }]).split('\r\n').slice(1).join('\r\n');

describe('a report as CSV', () => {
  it('is what a Brazilian spreadsheet opens', () =>
    expect(csv([text, money, seconds], [{ code: 'E0240', total: 150_005, p50: 1_530 }])).toBe(
      '\ufeffCódigo;"Total; em reais";Mediana (s)\r\nE0240;1500,05;1,530\r\n',
    ));

  it.each([
    [7, '0,07'],
    [-150, '-1,50'],
    [0, '0,00'],
    [null, ''],
  ])('writes %s centavos as %s', (total, written) =>
    expect(csv([money], [{ total }])).toBe(`\ufeff"Total; em reais"\r\n${written}\r\n`),
  );

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '\u00a0=1',
    '＝1+1',
    '=HYPERLINK("http://x";"y")',
    '=1\r\n=2',
  ])('lets no spreadsheet calculate %j', (code) => expect(cellsOf(code)).toMatch(/^"?'/));

  it('gives every text back whole to whoever reads it by RFC 4180', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (code) => {
        const cell = cellsOf(code).slice(0, -2);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(read === code || read === `'${code}`).toBe(true);
        expect(read).not.toMatch(/^\s*[=+\-@]/);
      }),
    ));
});
