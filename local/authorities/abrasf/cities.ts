import { builtInFile } from '../../../src/nfse/municipality-profiles/built-in.ts';
import { dialectsFrom } from '../../../src/nfse/municipality-profiles/dialects.ts';
import { type ProfileOf, profilesFrom } from '../../../src/nfse/municipality-profiles/profiles.ts';
import { type Dialect, type ProfilesFile, ProfilesSchema } from '../../../src/nfse/municipality-profiles/schema.ts';
import { LOGIN, STAND_IN_PATHS, standInProfiles } from '../../municipality-profiles.ts';

/** One of the city halls that the stand-in is, each below a path of its name. */
export interface City {
  /** What it understands, and in which form it answers. */
  readonly dialect: Dialect;
  /** The password that it gave every company, whatever the user. A city whose dialect has a login and that has none here takes any. */
  readonly password?: string;
}

/**
 * Every city hall by the name in its path: the five of the sandbox by their names, each municipality that has a profile by its code,
 * and one for each dialect by the dialect's name.
 */
export const CITIES: Readonly<Record<string, City>> = citiesIn(
  ProfilesSchema.parse(builtInFile),
  ProfilesSchema.parse(standInProfiles('http://127.0.0.1')),
);

function citiesIn(builtIn: ProfilesFile, standIns: ProfilesFile): Readonly<Record<string, City>> {
  const profileOf = profilesFrom(builtIn, standIns);
  const dialects = dialectsFrom([builtIn], ({ path, message }) => {
    throw new RangeError(`${path}: ${message}`);
  });
  const sandbox = Object.entries(STAND_IN_PATHS).flatMap(([code, name]) => cityOf(profileOf, code, name));
  const municipalities = builtIn.municipalities.flatMap(({ code }) => cityOf(profileOf, code, code));
  const anywhere = [...dialects].map(([name, dialect]) => [name, { dialect }] as const);
  return Object.fromEntries([...anywhere, ...municipalities, ...sandbox]);
}

function cityOf(profileOf: ProfileOf, code: string, name: string): readonly (readonly [string, City])[] {
  const profile = profileOf(code);
  if (profile.provider !== 'abrasf') return [];
  return [[name, { dialect: profile.dialect, ...(code === LOGIN && { password: 'senha & prefeitura' }) }]];
}

export const NAMESPACE = 'http://www.abrasf.org.br/nfse.xsd';
