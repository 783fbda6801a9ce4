import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Cancellation, IssuedNote, Provider, Submission } from '../../src/worker/providers/provider.ts';
import { needing } from '../../test/needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from '../../test/official-schemas.ts';
import { BATCH, OLD, QUEUE, SINGLE } from '../municipality-profiles.ts';
import { cityHallOfTheFile, company, invoiceId } from './abrasf/city-hall.fixtures.ts';

const { city, submission, processed, issued } = cityHallOfTheFile();

function cancellation(sale: Submission, note: IssuedNote): Cancellation {
  const { nfseNumber, issuedAt } = note;
  const { companyCnpj, municipalityCode, dps } = sale;
  const reason = 'Nota emitida com valor incorreto';
  const at = new Date().toISOString();
  const municipalRegistration = '1234567';
  return {
    invoiceId,
    companyCnpj,
    municipalityCode,
    dps,
    nfseNumber,
    issuedAt,
    municipalRegistration,
    reasonCode: '2',
    reason,
    at,
  };
}

/** The first answer that is about a note, of some. */
async function eventually(find: () => ReturnType<Provider['find']>) {
  let found = await find();
  for (let i = 0; i < 40 && found.kind !== 'found'; i++) {
    await sleep(50);
    found = await find();
  }
  return found;
}

const CITIES = [
  ['one RPS a call (2.04, CDATA)', SINGLE, '2.04'],
  ['a queue (2.04, escaped)', QUEUE, '2.04'],
  ['a batch answered at once (2.03, SOAP 1.2)', BATCH, '2.03'],
  ['a queue (1.00, elements in the envelope)', OLD, '1.00'],
] as const;

describe.each(CITIES)('a city hall with %s', async (_title, code, layout) => {
  it('makes a note of an RPS, which is found again', async () => {
    const sale = submission(code);
    const note = await issued(code, sale);
    expect(note).toMatchObject({
      nfseNumber: expect.stringMatching(/^20\d{13}$/),
      verificationCode: expect.stringMatching(/^[0-9A-F]{8}$/),
      issuedAt: expect.stringMatching(/-03:00$/),
    });
    expect(await city(code).find(sale)).toMatchObject({
      kind: 'found',
      matches: true,
      note: { nfseNumber: note.nfseNumber },
    });
  });

  it('has nothing for an RPS that was never sent', async () => {
    expect(await city(code).find(submission(code))).toEqual({ kind: 'absent' });
  });

  it('makes one note, however often the RPS is sent', async () => {
    const sale = submission(code);
    const note = await issued(code, sale);
    const again = await city(code).issue({ ...sale, attempt: 1 });
    if (again.kind === 'pending') {
      const found = await processed(city(code), sale, again.protocol);
      expect(found).toMatchObject({ kind: 'found', matches: true, note: { nfseNumber: note.nfseNumber } });
    } else expect(again).toMatchObject({ kind: 'already-used' });
  });

  it('tells the sale from another that took its number', async () => {
    const sale = submission(code);
    await issued(code, sale);
    const amounts = { service: 150_001, issWithheldBy: 'NOBODY' } as const;
    const other = { ...submission(code, undefined, { amounts }) };
    const document = other.document.replaceAll(`>${other.dps.number}<`, `>${sale.dps.number}<`);
    expect(await city(code).find({ ...other, dps: sale.dps, document })).toMatchObject({
      kind: 'found',
      matches: false,
    });
  });

  it('says what is wrong with the data, and where', async () => {
    const sale = submission(code, 'REJECTE62');
    const outcome = await city(code).issue(sale);
    const final = outcome.kind === 'pending' ? await processed(city(code), sale, outcome.protocol) : outcome;
    expect(final).toMatchObject({
      kind: 'rejected',
      error: { code: 'E62', field: '/customer/address/postalCode', howToFix: expect.stringContaining('CEP') },
    });
  });

  it('cancels a note once, and says so however often it is asked', async () => {
    const sale = submission(code);
    const note = await issued(code, sale);
    const first = await city(code).cancel(cancellation(sale, note));
    expect(first).toMatchObject({ kind: 'cancelled', protocol: `conf${note.nfseNumber}` });
    expect(await city(code).cancel(cancellation(sale, note))).toMatchObject({ kind: 'cancelled' });
  });

  it('may refuse a cancellation', async () => {
    const sale = submission(code, 'REJECTCANCEL');
    const note = await issued(code, sale);
    expect(await city(code).cancel(cancellation(sale, note))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E6', howToFix: expect.stringContaining('prefeitura') },
    });
  });

  it('that loses the answer to a cancellation has cancelled all the same', async () => {
    const sale = submission(code, 'CANCELLOST');
    const note = await issued(code, sale);
    expect(await city(code, 300).cancel(cancellation(sale, note))).toMatchObject({ kind: 'cancelled' });
  });

  it.each(['TIMEOUTISSUED', 'BADGATEWAYISSUED', 'FAULTISSUED', 'EMPTYISSUED', 'RESET'])(
    'that shows %s has a note to be found',
    async (reference) => {
      const sale = submission(code, reference);
      expect(await city(code, 300).issue(sale)).toMatchObject({ kind: 'unknown' });
      expect(await processed(city(code), sale)).toMatchObject({ kind: 'found', matches: true });
    },
  );

  it.each(['TIMEOUTLOST', 'BADGATEWAY', 'FAULT'])(
    'that shows %s has nothing, and takes it again',
    async (reference) => {
      const sale = submission(code, reference);
      expect(await city(code, 300).issue(sale)).toMatchObject({ kind: 'unknown' });
      expect(await city(code).find(sale)).toEqual({ kind: 'absent' });
      await issued(code, { ...sale, attempt: 1 });
    },
  );

  it.each(['ESCAPED', 'TWICEESCAPED', 'INLINE', 'BARE', 'PREFIXED', 'LATIN1', 'BOM'])(
    'is understood when it answers %s',
    async (reference) => {
      const sale = submission(code, reference);
      const note = await issued(code, sale);
      expect(note.xml).toContain('Manutenção');
      expect(await city(code).find(sale)).toMatchObject({ kind: 'found', matches: true });
    },
  );

  it.each(['CURITIBA', 'LOWERCASE', 'NATIONALNOTE'])(
    'that answers in the shape %s is understood: issued, found, cancelled',
    async (reference) => {
      const sale = submission(code, reference);
      const note = await issued(code, sale);
      expect(await city(code).find(sale)).toMatchObject({ kind: 'found', matches: true });
      expect(note.accessKey !== undefined).toBe(reference === 'NATIONALNOTE');
      expect(await city(code).cancel(cancellation(sale, note))).toMatchObject({
        kind: 'cancelled',
        cancelledAt: expect.stringMatching(/-03:00$/),
      });
    },
  );

  it.each([
    ['LOWERCASEREJECT', 'E42'],
    ['TEXTREJECT', 'E62'],
  ])('that refuses in the shape %s is understood', async (reference, errorCode) => {
    const sale = submission(code, reference);
    const outcome = await city(code).issue(sale);
    const final = outcome.kind === 'pending' ? await processed(city(code), sale, outcome.protocol) : outcome;
    expect(final).toMatchObject({ kind: 'rejected', error: { code: errorCode } });
  });

  it('that answers 00000 and has issued leaves a note to be found', async () => {
    const sale = submission(code, 'UNLISTEDISSUED');
    const outcome = await city(code).issue(sale);
    expect(['already-used', 'unknown', 'pending']).toContain(outcome.kind);
    expect(await processed(city(code), sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it('that answers 00000 and has issued nothing refuses, in its own words', async () => {
    const sale = submission(code, 'REJECT00000');
    const outcome = await city(code).issue(sale);
    const final = outcome.kind === 'pending' ? await processed(city(code), sale, outcome.protocol) : outcome;
    expect(final).toMatchObject({
      kind: 'rejected',
      error: { code: '00000', message: expect.stringContaining('NullPointerException') },
    });
  });

  it('that refuses lookups says nothing of the note until it understands them', async () => {
    const sale = submission(code, 'LOOKUPREFUSED');
    expect(await city(code).issue(sale)).toMatchObject({ kind: 'unknown' });
    expect(await city(code).find(sale)).toMatchObject({ kind: expect.stringMatching(/^(?:unknown|pending)$/) });
    expect(await eventually(() => city(code).find(sale))).toMatchObject({ kind: 'found', matches: true });
  });

  it('that shows a cancellation by a status alone has cancelled', async () => {
    const sale = submission(code, 'CANCELSTATUS');
    const note = await issued(code, sale);
    expect(await city(code, 300).cancel(cancellation(sale, note))).toMatchObject({ kind: 'cancelled' });
  });

  it('DOWN1 stops one company for a second, and then all is well', async () => {
    const sale = submission(code, 'DOWN1', { companyCnpj: '12ABC34501DE35' });
    expect(await city(code).issue(sale)).toMatchObject({ kind: 'unknown' });
    expect(await city(code).find(sale)).toMatchObject({ kind: 'unavailable' });
    await issued(code, submission(code));
    await sleep(1100);
    expect(await city(code).find(sale)).toEqual({ kind: 'absent' });
  });

  const check = await officialCheck(`abrasf-${layout}`);
  // The published schema of 1.00 demands the city's own signatures, which a stand-in has not.
  if (layout === '1.00') return;
  needing(WITHOUT_SCHEMAS, it)('writes its answers by the official schema', async () => {
    const sale = submission(code, 'ALERT');
    const note = await issued(code, sale);
    expect(check?.(note.xml ?? '')).toBeUndefined();
    const gone = await city(code).cancel(cancellation(sale, note));
    expect(gone.kind === 'cancelled' && check?.(gone.xml ?? '')).toBeUndefined();
    const found = await city(code).find(sale);
    expect(found.kind === 'found' && check?.(found.note.xml ?? '')).toBeUndefined();
  });
});

describe('a city hall that answers at once', () => {
  it.each([
    ['REJECTE10', { kind: 'already-used' }],
    ['REJECTE92', { kind: 'pending' }],
    ['REJECTE232', { kind: 'unknown' }],
    ['REJECTE900', { kind: 'unknown' }],
    ['REJECTE973', { kind: 'unavailable' }],
    ['REJECTE160', { kind: 'rejected', error: { code: 'E160' } }],
    ['REJECTE138', { kind: 'rejected', error: { code: 'E138' } }],
    ['REJECTE71', { kind: 'rejected', error: { code: 'E71' } }],
    ['REJECTXYZ99', { kind: 'rejected', error: { code: 'XYZ99' } }],
    ['NOCODE', { kind: 'rejected', error: { code: 'SEM-CODIGO' } }],
    ['MULTIPLE', { kind: 'rejected', error: { code: 'E172', source: expect.stringContaining('E62') } }],
    ['ALERT', { kind: 'issued' }],
    ['SLOW1', { kind: 'issued' }],
  ])('%s comes out as %o', async (reference, outcome) => {
    expect(await city(SINGLE).issue(submission(SINGLE, reference))).toMatchObject(outcome);
  });

  it('that is not there at all is unavailable', async () => {
    expect(await city(SINGLE, 2000, 'http://127.0.0.1:1').issue(submission(SINGLE))).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('issues one of many simultaneous sendings', async () => {
    const sale = submission(SINGLE);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => city(SINGLE).issue(sale)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([...Array(7).fill('already-used'), 'issued']);
  });

  it.each([
    ['a service of nothing', { amounts: { service: 0, issWithheldBy: 'NOBODY' } }, 'E18'],
    ['itself as the customer', { customer: { cnpj: company, name: 'Ela mesma' } }, 'E52'],
    ['a customer who does not exist', { customer: { cnpj: '12345678000194', name: 'Ninguém' } }, 'E47'],
    [
      'a rate above the highest',
      { amounts: { service: 100, issWithheldBy: 'NOBODY', issRateBasisPoints: 600 } },
      'E227',
    ],
  ] as const)('refuses %s', async (_, change, code) => {
    expect(await city(SINGLE).issue(submission(SINGLE, undefined, change))).toMatchObject({ error: { code } });
  });
});

describe('a city hall with a queue', () => {
  it.each(['QUEUE1', 'E92QUEUE1'])('%s: says that it waits, until it does not', async (reference) => {
    const sale = submission(QUEUE, reference);
    const taken = await city(QUEUE).issue(sale);
    const protocol = taken.kind === 'pending' ? taken.protocol : undefined;
    if (protocol === undefined) expect.fail(JSON.stringify(taken));
    expect(await city(QUEUE).find({ ...sale, protocol })).toMatchObject({ kind: 'pending' });
    expect(await city(QUEUE).find(sale)).toMatchObject({ kind: 'pending' });
    expect(await processed(city(QUEUE), sale, protocol)).toMatchObject({ kind: 'found', matches: true });
  });

  it('refuses the second copy of a batch, and has one note in the end', async () => {
    const sale = submission(QUEUE);
    expect(await city(QUEUE).issue(sale)).toMatchObject({ kind: 'pending' });
    expect(await city(QUEUE).issue(sale)).toMatchObject({ kind: 'already-used' });
    expect(await processed(city(QUEUE), sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it('makes one note of two batches with the same RPS', async () => {
    const sale = submission(QUEUE);
    const first = await city(QUEUE).issue(sale);
    const second = await city(QUEUE).issue({ ...sale, attempt: 1 });
    if (first.kind !== 'pending' || second.kind !== 'pending') expect.fail(JSON.stringify([first, second]));
    const found = await processed(city(QUEUE), sale, first.protocol);
    expect(await processed(city(QUEUE), sale, second.protocol)).toMatchObject({
      kind: 'found',
      note: { nfseNumber: found.kind === 'found' ? found.note.nfseNumber : '' },
    });
  });

  it('may find a whole batch wrong', async () => {
    const sale = submission(QUEUE, 'BATCHERROR');
    const taken = await city(QUEUE).issue(sale);
    const protocol = taken.kind === 'pending' ? taken.protocol : undefined;
    expect(await processed(city(QUEUE), sale, protocol)).toMatchObject({ kind: 'rejected', error: { code: 'E31' } });
  });

  it.each([QUEUE, OLD])(
    'that ends a batch without a reason has nothing, and takes the RPS again (%s)',
    async (code) => {
      const sale = submission(code, 'SILENTBATCH');
      const outcome = await city(code).issue(sale);
      if (outcome.kind !== 'pending') expect.fail(JSON.stringify(outcome));
      expect(await processed(city(code), sale, outcome.protocol)).toEqual({ kind: 'absent' });
      await issued(code, { ...sale, attempt: 1 });
    },
  );

  it('that forgot the protocol is asked by the RPS', async () => {
    const sale = submission(QUEUE);
    expect(await city(QUEUE).find({ ...sale, protocol: 'PRT999999999' })).toEqual({ kind: 'absent' });
  });
});
