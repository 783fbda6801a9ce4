import type * as z from 'zod/mini';
import type { RouteAuthority } from '../routing/route.ts';
import { dialectsFrom } from './dialects.ts';
import { type Dialect, type NationalFront, type ProfilesFile, ProfilesSchema, type Traffic } from './schema.ts';

/** 1 production, 2 restricted production: the city's system, or the one it has for trying things out. */
export type Environment = '1' | '2';

/** The national system itself: everybody who has no profile. */
export interface NationalProfile {
  readonly provider: 'national';
  /** A front of the city's own; without it the national system's address, which is configuration. */
  readonly front?: NationalFront;
}

/** A city hall that speaks ABRASF, with its dialect and differences put together. */
export interface AbrasfProfile {
  readonly provider: 'abrasf';
  readonly code: string;
  readonly name: string;
  readonly addresses: ProfilesFile['municipalities'][number]['addresses'];
  readonly dialect: Dialect;
  readonly traffic?: Traffic;
  /** `YYYY-MM-DD`: the first day on which the national system issues for the city. */
  readonly nationalSince?: string;
}

export type MunicipalityProfile = NationalProfile | AbrasfProfile;

/** Whether the city has a system of its own that issues on a day (`YYYY-MM-DD`). */
export function issuesOn(profile: MunicipalityProfile, date: string): boolean {
  const nationalSince = profile.provider === 'abrasf' ? profile.nationalSince : profile.front?.nationalSince;
  return hasOwnSystem(profile) && (nationalSince === undefined || date < nationalSince);
}

/** Whether the city has, or had, a system of its own. */
export function hasOwnSystem(profile: MunicipalityProfile): boolean {
  return profile.provider === 'abrasf' || profile.front !== undefined;
}

/** The system that takes, or took, a declaration of the municipality: its own, or the national one. */
export function systemOf(profile: MunicipalityProfile, authority: RouteAuthority): MunicipalityProfile {
  return authority === 'city' ? profile : NATIONAL;
}

/** Which profile a municipality has. Never fails: who has none is served by the national system. */
export type ProfileOf = (municipalityCode: string) => MunicipalityProfile;

/** A file of profiles is wrong. The message names the places. */
export class ProfilesError extends Error {
  override readonly name = 'ProfilesError';
  readonly code = 'profiles';
}

const NATIONAL: NationalProfile = { provider: 'national' };

/**
 * The directory of municipalities over one or more files. A later file may use the dialects of those before, and its
 * municipalities take the place of theirs.
 *
 * @param files parsed JSON
 * @throws ProfilesError
 */
export function profilesFrom(...files: readonly unknown[]): ProfileOf {
  const read = files.map(checked);
  const dialects = dialectsFrom(read, ({ path, message }) => {
    throw new ProfilesError(`The municipality profiles are wrong at ${path}: ${message}`);
  });
  const byCode = new Map<string, MunicipalityProfile>();
  for (const city of read.flatMap(({ municipalities }) => municipalities)) {
    byCode.set(city.code, profileOf(city, dialects));
  }
  return (code) => byCode.get(code) ?? NATIONAL;
}

function checked(file: unknown): ProfilesFile {
  const parsed = ProfilesSchema.safeParse(file);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue: z.core.$ZodIssue) => `/${issue.path.join('/')}: ${issue.message}`);
  throw new ProfilesError(`The municipality profiles are wrong at ${places.slice(0, 10).join('; ')}`);
}

function profileOf(
  city: ProfilesFile['municipalities'][number],
  dialects: ReadonlyMap<string, Dialect>,
): MunicipalityProfile {
  if (city.provider === 'national') return { provider: 'national', front: city };
  const dialect = dialects.get(city.dialect);
  if (!dialect) throw new ProfilesError(`${city.name} (${city.code}) speaks "${city.dialect}", which is no dialect`);
  const { code, name, addresses, differences, traffic, nationalSince } = city;
  const given = Object.fromEntries(Object.entries(differences ?? {}).filter(([, value]) => value !== undefined));
  return {
    provider: 'abrasf',
    code,
    name,
    addresses,
    dialect: { ...dialect, ...given },
    ...(traffic ? { traffic } : {}),
    ...(nationalSince ? { nationalSince } : {}),
  };
}

/** The address of a city's system in an environment; `undefined` where it has none there. */
export function addressIn(profile: { readonly addresses: AbrasfProfile['addresses'] }, environment: Environment) {
  return environment === '1' ? profile.addresses.production : profile.addresses.test;
}
