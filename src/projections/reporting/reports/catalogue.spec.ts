import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPORTS } from './catalogue.ts';

const guide = readFileSync(new URL('../../../../docs/reports.md', import.meta.url), 'utf8');

describe('the guide to the reports', () => {
  it.each(REPORTS)(
    'explains $name to an accountant in the one sentence that its answers have',
    ({ name, sentence, period }) => expect(guide).toContain(`| \`${name}\` | ${sentence} | ${period} |`),
  );

  it('names no report that there is not', () => {
    const named = [...guide.matchAll(/^\| `([a-z-]+)` \|[^|]+\| (?:emission|competence|event) \|$/gm)].map(
      ([, name]) => name,
    );
    expect(named).toEqual(REPORTS.map(({ name }) => name));
  });
});
