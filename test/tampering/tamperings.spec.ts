import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
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
