import file from './profiles.json' with { type: 'json' };
import { type ProfileOf, profilesFrom } from './profiles.ts';

/** The directory that comes with the service. */
export const builtInProfiles: ProfileOf = profilesFrom(file);
/** Its file as it is, for a directory that adds to it. */
export const builtInFile: unknown = file;
