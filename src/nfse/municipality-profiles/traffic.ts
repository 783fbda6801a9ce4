import { isBesideCity, municipalityOf } from '../routing/lane.ts';
import { type MunicipalityProfile, type ProfileOf, systemOf } from './profiles.ts';
import type { Traffic } from './schema.ts';

/** Whose system answers for a municipality, and how much of it a lane and all lanes together may ask of it. */
export interface Route {
  /** Municipalities with the same authority share its limits and its circuit breaker. */
  readonly authority: string;
  /** Of all the authority's lanes together. */
  readonly whole: Traffic;
  /** Of this municipality's lane alone. */
  readonly lane: Traffic;
}

/** The authority of every municipality that has no system of its own. */
export const NATIONAL_AUTHORITY = 'national';

/** City halls run on one small machine; none of the public manuals names a limit. */
const ORDINARY_CITY: Traffic = { concurrency: 4, perSecond: 5 };

/**
 * The way of a municipality's notes: a city hall with a system of its own is its own authority, and the national system is one for
 * all the others, each of which may take half of it at most.
 *
 * @param national what the national system bears, as configured
 */
export function routeOf(profile: MunicipalityProfile, municipalityCode: string, national: Traffic): Route {
  if (profile.provider === 'national' && !profile.front) {
    const lane = { ...national, concurrency: Math.ceil(national.concurrency / 2) };
    return { authority: NATIONAL_AUTHORITY, whole: national, lane };
  }
  const traffic = (profile.provider === 'national' ? profile.front?.traffic : profile.traffic) ?? ORDINARY_CITY;
  return { authority: municipalityCode, whole: traffic, lane: traffic };
}

/** The route of a lane's notes. */
export function routeOfLane(profileOf: ProfileOf, lane: string, national: Traffic): Route {
  const municipalityCode = municipalityOf(lane);
  const system = systemOf(profileOf(municipalityCode), isBesideCity(lane) ? 'national' : 'city');
  return routeOf(system, municipalityCode, national);
}
