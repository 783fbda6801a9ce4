import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emissionTime, latestCompetence } from './store-dps.ts';

const SAO_PAULO = '3550308';
const RIO_BRANCO = '1200401';
const NORONHA = '2605459';
const MANAUS = '1302603';

describe('the time of an emission', () => {
  it.each([
    ['São Paulo', SAO_PAULO, '2026-11-10T11:59:00-03:00'],
    ['Manaus', MANAUS, '2026-11-10T10:59:00-04:00'],
    ['Rio Branco, Acre', RIO_BRANCO, '2026-11-10T09:59:00-05:00'],
    ['Fernando de Noronha', NORONHA, '2026-11-10T12:59:00-02:00'],
  ])('is a minute ago by the clocks of %s', (_, municipality, expected) =>
    expect(emissionTime('2026-11-10T15:00:00.500Z', municipality)).toBe(expected),
  );

  it.each([
    ['Noronha, where the day has begun', NORONHA, '2026-11-10T00:29:00-02:00'],
    ['São Paulo, where it has not', SAO_PAULO, '2026-11-09T23:29:00-03:00'],
    ['Acre, two hours behind', RIO_BRANCO, '2026-11-09T21:29:00-05:00'],
  ])('half past midnight at sea is of the right day in %s', (_, municipality, expected) =>
    expect(emissionTime('2026-11-10T02:30:00Z', municipality)).toBe(expected),
  );

  it('of a service of the new day is not of the old one, though the margin would reach it', () => {
    const justAfter = '2026-11-10T03:00:20Z';
    expect(latestCompetence(justAfter, SAO_PAULO)).toBe('2026-11-10');
    expect(emissionTime(justAfter, SAO_PAULO)).toBe('2026-11-09T23:59:20-03:00');
    expect(emissionTime(justAfter, SAO_PAULO, '2026-11-09')).toBe('2026-11-09T23:59:20-03:00');
    expect(emissionTime(justAfter, SAO_PAULO, '2026-11-10')).toBe('2026-11-10T00:00:00-03:00');
  });

  it('is never in the future and never before the competence, for every second around midnight everywhere', () =>
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2032-12-31T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: -90, max: 90 }),
        fc.constantFrom(SAO_PAULO, RIO_BRANCO, NORONHA, MANAUS),
        fc.boolean(),
        (day, seconds, municipality, ofToday) => {
          const midnight = Date.parse(`${day.toISOString().slice(0, 10)}T00:00:00Z`) + 3 * 3_600_000;
          const at = new Date(midnight + seconds * 1000).toISOString();
          const latest = latestCompetence(at, municipality);
          const competence = ofToday ? latest : emissionTime(at, municipality).slice(0, 10);
          const issuedAt = emissionTime(at, municipality, competence);
          expect(Date.parse(issuedAt)).toBeLessThanOrEqual(Date.parse(at));
          expect(Date.parse(at) - Date.parse(issuedAt)).toBeLessThan(61_000);
          expect(competence <= issuedAt.slice(0, 10)).toBe(true);
          expect(competence <= latest).toBe(true);
        },
      ),
    ));
});
