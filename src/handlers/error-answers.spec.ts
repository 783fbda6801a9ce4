import { describe, expect, it } from 'vitest';
import { companyCnpj } from '../../test/invoices.ts';
import { TooMuchContention } from '../commands/execute.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { DatabaseUnavailable } from '../projections/reporting/database.ts';
import { RowsUnread } from '../projections/rows-by-id.ts';
import { problemOf } from './error-answers.ts';

describe('what passes by itself', () => {
  it.each([
    ['contention', '1', new TooMuchContention(invoiceIdFor(companyCnpj, 'order-1'))],
    ['rows-unread', '1', new RowsUnread('InvoicesTable', 7)],
    ['database-unavailable', '15', new DatabaseUnavailable(new Error('asleep'))],
  ])('is answered by 503 %s, and to be asked for again after %s s', (code, seconds, error) => {
    const problem = problemOf(error);
    expect(problem?.facts).toMatchObject({ status: 503, code, headers: { 'retry-after': seconds } });
    expect(problem?.cause).toBe(error);
  });
});
