import { expect, it } from 'vitest';
import { credentials } from './stack/api.ts';
import { tamperWithInvoices } from './tampering/tampered-ledger.ts';

/** Six tamperings, each before and after the seal. `npm run chaos -- tamper` does all. */
const SOME = [
  'a commit edited and hashed anew',
  'the first commit deleted',
  'the whole history replaced consistently, and the projection with it',
  'the whole history replaced consistently, outside the index by day, and the projection with it',
  'the status of the row edited',
  'a document replaced by another one',
];

it('an audit says of a tampering what docs/auditor.md says, before and after its day is sealed', async () => {
  const tampered = await tamperWithInvoices(credentials(), (title) => SOME.includes(title));
  expect(tampered).toHaveLength(2 * SOME.length);
  expect(tampered.filter(({ surprise }) => surprise !== undefined)).toEqual([]);
});
