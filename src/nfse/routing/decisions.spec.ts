import { describe, expect, it } from 'vitest';
import { choiceOn, type RouteDecision } from './decisions.ts';

const reason = 'Município não preparado para o emissor nacional';
const municipalityCode = '3118601';
const november: RouteDecision = {
  municipalityCode,
  authority: 'city',
  from: '2026-11-10',
  until: '2026-11-30',
  reason,
};
const onwards: RouteDecision = { municipalityCode, authority: 'national', from: '2026-12-01', reason };

describe('the decision for a day of issue', () => {
  it.each<[string, readonly RouteDecision[], string, string | undefined]>([
    ['is none without decisions', [], '2026-11-10', undefined],
    ['is none on the day before', [november], '2026-11-09', undefined],
    ['counts on its first day', [november], '2026-11-10', 'city'],
    ['counts on its last day', [november], '2026-11-30', 'city'],
    ['is none on the day after', [november], '2026-12-01', undefined],
    ['counts for good without a last day', [november, onwards], '2031-01-01', 'national'],
    ['is the newest of several', [onwards, { ...onwards, authority: 'city' }], '2026-12-02', 'city'],
    ['is none where the newest takes it back', [onwards, { ...onwards, authority: 'rule' }], '2026-12-02', undefined],
    ['is an older one where the newest is for other days', [onwards, november], '2026-12-02', 'national'],
    ['is none for another municipality', [{ ...november, municipalityCode: '3136702' }], '2026-11-10', undefined],
  ])('%s', (_, decisions, day, choice) => expect(choiceOn(decisions, municipalityCode, day)).toBe(choice));
});
