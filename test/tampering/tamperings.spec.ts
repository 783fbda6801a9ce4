import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type FunctionName, functionNames, functionRow, type ResourceName } from '../../cdk/functions.ts';
import { inProject } from '../../local/project.ts';
import { touchesOf } from '../touches.ts';
import { tableRows } from './tamperings.ts';

const lines = readFileSync(inProject('docs/auditor.md'), 'utf8').split('\n');

it('docs/auditor.md has what an audit says of each tampering', () => {
  // Titles and findings need no tables.
  const rows = tableRows(touchesOf({} as never, '2026-11-24'));
  const start = lines.indexOf('| tampering | before the seal | after the seal |') + 2;
  expect(lines.slice(start, start + rows.length + 1)).toEqual([...rows, '']);
});

const RECORDS: readonly ResourceName[] = ['events', 'invoices', 'documents', 'seals', 'sealsBucket', 'database'];
const READING = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'GetObject'];

/** Whether it may write where an audit or a report reads. */
function mayWriteRecords(name: FunctionName): boolean {
  const { may = {} } = functionRow(name);
  return RECORDS.some((resource) => may[resource]?.some((action) => !READING.includes(action)));
}

/** As the documents write it: `ReportingProjectorFn`. */
const titleOf = (name: FunctionName) =>
  `${name.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase())}Fn`;

it('docs/auditor.md names each function that may write records among those who could change them', () => {
  const start = lines.indexOf('| actor | could change | found | nothing finds |');
  const actors = lines.slice(start, lines.indexOf('', start)).map((line) => line.split('|')[1]);
  const named = actors.join(' ').match(/\w+Fn/g) ?? [];
  expect([...new Set(named)].sort()).toEqual(functionNames.filter(mayWriteRecords).map(titleOf).sort());
});
