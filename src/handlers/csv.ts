import type { Column, ColumnKind, ReportRow } from '../projections/reporting/reports/report.ts';

/** What a spreadsheet takes for the beginning of a formula, in whatever width it is written. */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/u;

/** Without it Excel takes the text for Latin-1. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * A table as a Brazilian spreadsheet opens it by a double click: semicolons, decimal commas, UTF-8 with its mark, lines ended as RFC
 * 4180 ends them. Text that a spreadsheet would calculate is preceded by an apostrophe: codes and series come from outside.
 */
export function csv(columns: readonly Column[], rows: readonly ReportRow[]): string {
  const lines = [
    columns.map(({ title }) => quoted(title)),
    ...rows.map((row) => columns.map(({ key, kind }) => cell(kind, row[key] ?? null))),
  ];
  return BYTE_ORDER_MARK + lines.map((line) => `${line.join(';')}\r\n`).join('');
}

function cell(kind: ColumnKind, value: string | number | null): string {
  if (value === null) return '';
  switch (kind) {
    case 'money':
      return decimal(Number(value), 2);
    case 'seconds':
      return decimal(Number(value), 3);
    case 'count':
      return String(Number(value));
    case 'text':
    case 'day':
    case 'month':
    case 'moment':
      return quoted(harmless(String(value)));
  }
}

const harmless = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

const quoted = (text: string): string => (/[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @param whole in units of the last place: 150000 with two places is `1500,00` */
function decimal(whole: number, places: number): string {
  const digits = String(Math.abs(whole)).padStart(places + 1, '0');
  return `${whole < 0 ? '-' : ''}${digits.slice(0, -places)},${digits.slice(-places)}`;
}
