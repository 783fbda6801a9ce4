import { createHash } from 'node:crypto';

/**
 * What an installation of this lockfile is known by.
 *
 * @param {string} lockfile text of package-lock.json
 * @returns {string}
 */
export function stampOf(lockfile) {
  return createHash('sha256').update(lockfile, 'utf8').digest('hex');
}

/**
 * Whether what npm says it installed (its own `node_modules/.package-lock.json`) is what the lockfile asks for, so that a
 * plain `npm ci` or `npm install` by hand counts too. Packages for other platforms may be missing.
 *
 * @param {string} lockfile text of package-lock.json
 * @param {string} installed text of node_modules/.package-lock.json
 * @returns {boolean}
 */
export function satisfies(lockfile, installed) {
  try {
    const wanted = JSON.parse(lockfile).packages;
    const present = JSON.parse(installed).packages;
    return Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === '' || present[path]?.version === version || (optional && !present[path]),
    );
  } catch {
    return false;
  }
}
