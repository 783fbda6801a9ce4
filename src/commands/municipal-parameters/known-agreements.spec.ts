import { describe, expect, it } from 'vitest';
import { type KnownAgreement, knownAgreements, NOTHING_KNOWN } from './known-agreements.ts';
import type { ParameterRecord } from './records.ts';

const BELO_HORIZONTE = '3106200';
const HOUR_MS = 3_600_000;
const active = (value: object) => ({ kind: 'set', value }) as const;

/** Agreements over a table whose content the test changes. */
function table(record?: Pick<ParameterRecord, 'answer'> & { readonly hoursOld: number }) {
  const clock = { now: Date.parse('2026-12-01T12:00:00Z') };
  const state = { record, down: false, reads: 0 };
  const trouble: unknown[] = [];
  const agreements = knownAgreements({
    records: {
      async of(municipalityCode) {
        state.reads++;
        if (state.down) throw new Error('the table does not answer');
        if (!state.record) return [];
        const { hoursOld, ...rest } = state.record;
        const answeredAt = new Date(clock.now - hoursOld * HOUR_MS).toISOString();
        return [{ municipalityCode, parameter: 'agreement', ...rest, answeredAt }];
      },
    },
    now: () => new Date(clock.now),
    onTrouble: (error) => void trouble.push(error),
  });
  return { of: () => agreements.of(BELO_HORIZONTE), state, clock, trouble };
}

describe('the agreement that an emission finds', () => {
  it.each<[string, Parameters<typeof table>[0], KnownAgreement]>([
    [
      'active',
      { answer: active({ nationalIssuers: true, enabledByDefault: true }), hoursOld: 1 },
      { agreement: { status: 'active', nationalIssuer: true, enabledByDefault: true }, fresh: true },
    ],
    [
      'active, with a no for each flag that was not told',
      { answer: active({}), hoursOld: 1 },
      { agreement: { status: 'active', nationalIssuer: false, enabledByDefault: false }, fresh: true },
    ],
    [
      'stale',
      { answer: active({ nationalIssuers: true }), hoursOld: 48 },
      { agreement: { status: 'active', nationalIssuer: true, enabledByDefault: false }, fresh: false },
    ],
    [
      'absent',
      { answer: { kind: 'not-set', message: 'inativo' }, hoursOld: 0 },
      { agreement: { status: 'absent' }, fresh: true },
    ],
    [
      'unknown, once its answer is too old',
      { answer: active({ nationalIssuers: true }), hoursOld: 500 },
      NOTHING_KNOWN,
    ],
    ['unknown, where nobody has asked', undefined, NOTHING_KNOWN],
  ])('is %s', async (_, record, expected) => expect(await table(record).of()).toEqual(expected));

  it('is read once in five minutes, so that an invoice costs no read', async () => {
    const { of, clock, state } = table({ answer: active({}), hoursOld: 1 });
    for (let invoices = 0; invoices < 100; invoices++) await of();
    expect(state.reads).toBe(1);
    clock.now += 300_000;
    await of();
    expect(state.reads).toBe(2);
  });

  it('is looked for again soon, where nothing was known', async () => {
    const { of, clock, state } = table();
    await of();
    state.record = { answer: active({ nationalIssuers: true }), hoursOld: 0 };
    expect(await of()).toEqual(NOTHING_KNOWN);
    clock.now += 15_000;
    expect(await of()).toMatchObject({ agreement: { status: 'active' }, fresh: true });
  });

  it('is unknown while the table does not answer, and the emission goes on', async () => {
    const { of, state, trouble } = table({ answer: active({}), hoursOld: 1 });
    state.down = true;
    expect(await of()).toEqual(NOTHING_KNOWN);
    expect(trouble).toEqual([new Error('the table does not answer')]);
  });
});
