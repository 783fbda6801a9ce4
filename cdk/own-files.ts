import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtInFile } from '../src/nfse/municipality-profiles/built-in.ts';
import { profilesFrom } from '../src/nfse/municipality-profiles/profiles.ts';
import { type Settings, SettingsError } from './settings.ts';

/** A file that an installation may bring, by the name of its setting. */
export type OwnFile = keyof Settings['files'];

interface Kind {
  /** What it is called beside the code. */
  readonly name: string;
  /** By which a process is told where it is. */
  readonly variable: string;
  /** @throws Error saying what is wrong with it */
  readonly check: (text: string) => void;
}

const KINDS: Readonly<Record<OwnFile, Kind>> = {
  municipalityProfiles: {
    name: 'municipality-profiles.json',
    variable: 'MUNICIPALITY_PROFILES_FILE',
    check: (text) => profilesFrom(builtInFile, JSON.parse(text)),
  },
  certificateAuthorities: {
    name: 'certificate-authorities.pem',
    variable: 'CERTIFICATE_AUTHORITIES_FILE',
    check: checkCertificates,
  },
  nationalAuthorities: {
    name: 'national-authorities.pem',
    variable: 'NATIONAL_SERVER_CA_FILE',
    check: checkCertificates,
  },
};

/** Where a function finds them, and the worker. */
export const FUNCTION_FILES = '/var/task';
export const WORKER_FILES = '/worker/files';

/**
 * Reads every file that the settings name as the processes will, so that one that is missing or wrong stops the synthesis and not the
 * installation.
 *
 * @throws SettingsError naming each that is wrong
 */
export function checkOwnFiles({ files }: Settings, project: string): void {
  const wrong = brought(files).flatMap(([file, path]) => {
    try {
      KINDS[file].check(readFileSync(join(project, path), 'utf8'));
      return [];
    } catch (error) {
      return [`files.${file}: ${path}: ${(error as Error).message}`];
    }
  });
  if (wrong.length > 0) throw new SettingsError(wrong.join('; '));
}

/** The environment variables by which a process finds those of these files that there are. */
export function fileVariables({ files }: Settings, read: readonly OwnFile[], folder: string): Record<string, string> {
  return Object.fromEntries(
    brought(files, read).map(([file]) => [KINDS[file].variable, `${folder}/${KINDS[file].name}`]),
  );
}

/** Puts those of these files that there are into a folder, readable for whoever the process runs as. */
export async function copyOwnFiles(
  { files }: Settings,
  read: readonly OwnFile[],
  project: string,
  folder: string,
): Promise<void> {
  for (const [file, path] of brought(files, read)) {
    const copy = join(folder, KINDS[file].name);
    await copyFile(join(project, path), copy);
    await chmod(copy, 0o644);
  }
}

function brought(
  files: Settings['files'],
  read: readonly OwnFile[] = Object.keys(KINDS) as OwnFile[],
): [OwnFile, string][] {
  return read.flatMap((file) => {
    const path = files[file];
    return path === undefined ? [] : [[file, path]];
  });
}

/** It goes into images and bundles, where a key does not belong. */
function checkCertificates(text: string): void {
  if (text.includes('PRIVATE KEY-----')) throw new Error('has a private key in it');
  const begun = text.split(/(?=-----BEGIN CERTIFICATE-----)/).filter((part) => part.startsWith('-----BEGIN'));
  if (begun.length === 0) throw new Error('has no certificate in PEM');
  for (const [place, part] of begun.entries()) {
    if (!isCertificate(part)) throw new Error(`its certificate ${place + 1} of ${begun.length} cannot be read`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false; // Node says only what OpenSSL met
  }
}
