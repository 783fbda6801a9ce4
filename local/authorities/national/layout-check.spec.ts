import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DECLARATION_RULES } from '../../../src/nfse/layouts/national-declaration-rules.ts';

it('applies no rule that the README does not list', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, section = ''] = /## What the national system checks([\s\S]*?)\nIt does not check/.exec(readme) ?? [];
  const listed = new Set(section.match(/E\d{4}/g));
  const codes = DECLARATION_RULES.map(({ code }) => code).filter((code) => /^E\d{4}$/.test(code));
  expect(codes.filter((code) => !listed.has(code))).toEqual([]);
});
