import { readFileSync } from 'node:fs';
import { builtInFile, builtInProfiles } from '../nfse/municipality-profiles/built-in.ts';
import { type ProfileOf, profilesFrom } from '../nfse/municipality-profiles/profiles.ts';
import { ConfigError } from './config.ts';

/**
 * The directory of municipalities of this installation: the one that comes with the service, and what a file adds to it.
 *
 * @throws ConfigError when the file cannot be read, ProfilesError when it is wrong: the process must not start
 */
export function municipalityProfiles(file: string | undefined): ProfileOf {
  return file === undefined ? builtInProfiles : profilesFrom(builtInFile, jsonIn(file));
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`MUNICIPALITY_PROFILES_FILE: ${file} cannot be read as JSON`, { cause: error });
  }
}
