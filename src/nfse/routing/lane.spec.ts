import { describe, expect, it } from 'vitest';
import { isBesideCity, laneOf, municipalityOf } from './lane.ts';

const municipalityCode = '3118601';

describe('the lane of an invoice', () => {
  it('is its municipality’s', () => {
    expect(laneOf({ municipalityCode, route: {} })).toBe(municipalityCode);
    expect(isBesideCity(municipalityCode)).toBe(false);
  });
  it('is its municipality’s where it says nothing of its route', () =>
    expect(laneOf({ municipalityCode })).toBe(municipalityCode));
  it('is beside the city’s where the national system takes it past the city’s own', () => {
    const lane = laneOf({ municipalityCode, route: { besideCity: true } });
    expect(lane).not.toBe(municipalityCode);
    expect(isBesideCity(lane)).toBe(true);
    expect(municipalityOf(lane)).toBe(municipalityCode);
  });
});
