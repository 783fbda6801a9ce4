import { describe, expect, it } from 'vitest';
import { SINGLE, standInProfiles } from '../../local/municipality-profiles.ts';
import { emission } from '../../test/invoices.ts';
import { builtInFile } from '../nfse/municipality-profiles/built-in.ts';
import { profilesFrom } from '../nfse/municipality-profiles/profiles.ts';
import { routeEmission } from './route-emission.ts';

const profileOf = profilesFrom(builtInFile, standInProfiles('http://127.0.0.1:4287'));
const MANAUS = '1302603';
const RIO_BRANCO = '1200401';

function routed(municipalityCode: string, at: string, changes: Partial<typeof emission> = {}) {
  const asked = { ...emission, municipalityCode, competenceDate: at.slice(0, 10), ...changes };
  return routeEmission({ profileOf }, asked, { at });
}
const simples = { issuer: { ...emission.issuer, simplesNacional: 'ME_EPP' as never } };

describe('the route of an emission', () => {
  it('is beside the city where the national system takes it past the city’s own', () =>
    expect(routed(SINGLE, '2026-11-10T12:00:00.000Z', simples)).toEqual({
      authority: 'national',
      rule: 'simples-nacional',
      besideCity: true,
    }));

  it('is the city’s otherwise', () =>
    expect(routed(SINGLE, '2026-11-10T12:00:00.000Z')).toEqual({ authority: 'city', rule: 'city-system' }));

  it('is the national system’s in a city that went national, beside the lane of its old notes', () =>
    expect(routed(MANAUS, '2026-11-10T12:00:00.000Z')).toEqual({
      authority: 'national',
      rule: 'no-city-system',
      besideCity: true,
    }));

  it('goes by the day of issue in the municipality, where November begins later than in UTC', () => {
    const lastOfOctober = { ...simples, competenceDate: '2026-10-31' };
    expect(routed(SINGLE, '2026-11-01T02:59:00.000Z', lastOfOctober)).toMatchObject({ authority: 'city' });
    expect(routed(SINGLE, '2026-11-01T03:02:00.000Z', lastOfOctober)).toMatchObject({ rule: 'simples-nacional' });
    expect(routed(RIO_BRANCO, '2026-11-01T04:59:00.000Z', lastOfOctober)).toMatchObject({ rule: 'no-city-system' });
  });

  it('is by the day of issue for an older competence', () =>
    expect(routed(SINGLE, '2026-11-10T12:00:00.000Z', { ...simples, competenceDate: '2026-10-05' })).toMatchObject({
      authority: 'national',
    }));
});
