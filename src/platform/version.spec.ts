import { expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { SOFTWARE_VERSION, VERSION } from './version.ts';

it('the version is the one of the package, and fits into a document', () => {
  expect(VERSION).toBe(manifest.version);
  expect(SOFTWARE_VERSION).toBe(`nfse-ledger-${manifest.version}`);
});
