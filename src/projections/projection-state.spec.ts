import { describe, expect, it } from 'vitest';
import {
  begin,
  type Comparison,
  compared,
  finish,
  NotNow,
  type ProjectionState,
  rollBack,
  switchOver,
  tablesOf,
} from './projection-state.ts';
import { initialState, rememberedState } from './projection-states.ts';

const AT = '2026-11-24T12:00:00.000Z';
const NOW = new Date(AT);
const start = initialState('InvoicesTable');
const how = { tableOf: (generation: number) => `InvoicesTable-${generation}`, segments: 4, at: AT };
const equal: Comparison = { at: AT, rows: 3, liveChecksum: 'a', builtChecksum: 'a', differing: 0 };
const building = begin(start, how);
const built = compared(building, equal);
const switched = switchOver(built, false, NOW);

describe('a rebuild of a projection', () => {
  it('fills a table of its own, which live events reach and readers do not', () => {
    expect(building).toMatchObject({ live: 'InvoicesTable', building: { table: 'InvoicesTable-2', segments: 4 } });
    expect(tablesOf(building)).toEqual(['InvoicesTable', 'InvoicesTable-2']);
  });

  it('that was interrupted goes on as it was begun', () =>
    expect(begin(building, { ...how, segments: 9, at: 'later' })).toBe(building));

  it('is switched to once it is complete and compared, and live events go on reaching both', () => {
    expect(() => switchOver(building, false, NOW)).toThrow(NotNow);
    expect(switched).toEqual({ live: 'InvoicesTable-2', previous: 'InvoicesTable', generation: 2 });
    expect(tablesOf(switched)).toEqual(['InvoicesTable-2', 'InvoicesTable']);
  });

  it('is switched to with differences only by who accepts them', () => {
    const other = compared(building, { ...equal, differing: 2 });
    expect(() => switchOver(other, false, NOW)).toThrow(/2 linhas/);
    expect(switchOver(other, true, NOW).live).toBe('InvoicesTable-2');
  });

  it('is not switched to on a comparison so old that the table may have missed something since', () => {
    const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
    expect(switchOver(built, false, later(22)).live).toBe('InvoicesTable-2');
    expect(() => switchOver(built, true, later(24))).toThrow(/foi comparada em 2026-11-24/);
  });

  it('can be rolled back and forth until it is finished', () => {
    const back = rollBack(switched, 0);
    expect(back).toMatchObject({ live: 'InvoicesTable', previous: 'InvoicesTable-2' });
    expect(rollBack(back, 0)).toEqual(switched);
    expect(finish(switched)).toEqual({ state: { live: 'InvoicesTable-2', generation: 2 }, dropped: 'InvoicesTable' });
  });

  it('is not rolled back to a table that lacks what the live one has', () =>
    expect(() => rollBack(switched, 3)).toThrow(/InvoicesTable está atrasada em 3 notas/));

  it('can be given up', () =>
    expect(finish(building)).toEqual({ state: { live: 'InvoicesTable', generation: 2 }, dropped: 'InvoicesTable-2' }));

  it('does not begin before the last one is finished, and takes a name that was never used', () => {
    expect(() => begin(switched, how)).toThrow(NotNow);
    const again = begin(finish(switched).state, how);
    expect(again.building?.table).toBe('InvoicesTable-3');
  });

  it.each([
    ['switched', (state: ProjectionState) => switchOver(state, true, NOW)],
    ['rolled back', (state: ProjectionState) => rollBack(state, 0)],
    ['finished', finish],
    ['compared', (state: ProjectionState) => compared(state, equal)],
  ])('that was never begun cannot be %s', (_what, attempt) => expect(() => attempt(start)).toThrow(NotNow));
});

describe('what a process remembers of a state', () => {
  it('is asked for again once it is old, and counts its age from before the question', async () => {
    let now = 0;
    let asked = 0;
    const state = rememberedState(
      async () => {
        asked++;
        now += 900; // a slow answer
        return asked === 1 ? undefined : switched;
      },
      'InvoicesTable',
      1000,
      () => now,
    );
    expect(await state()).toEqual(start);
    await state();
    expect(asked).toBe(1);
    now = 1000;
    expect(await state()).toEqual(switched);
  });

  it('does not keep a failure', async () => {
    let fails = true;
    const read = async () => {
      if (fails) throw new Error('throttled');
      return switched;
    };
    const state = rememberedState(read, 'InvoicesTable', 1000, () => 0);
    await expect(state()).rejects.toThrow('throttled');
    fails = false;
    expect(await state()).toEqual(switched);
  });
});
