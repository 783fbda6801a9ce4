import type { X509Certificate } from 'node:crypto';

/** More authorities than these do not stand above one another in ICP-Brasil: root, first level, second level. */
const MOST_ABOVE = 5;

/**
 * Whether a certificate comes from one of the authorities, by way of those that its file has along: each signed by the next, each an
 * authority, each valid now.
 *
 * @param authorities roots, or any that are trusted by themselves
 */
export function comesFrom(
  authorities: readonly X509Certificate[],
  certificate: X509Certificate,
  along: readonly X509Certificate[],
  now: Date,
): boolean {
  let below = certificate;
  for (let step = 0; step <= MOST_ABOVE; step++) {
    const vouchesFor = (above: X509Certificate) =>
      above.ca && isValid(above, now) && below.checkIssued(above) && below.verify(above.publicKey);
    if (authorities.some(vouchesFor)) return true;
    const next = along.find((above) => above.fingerprint256 !== below.fingerprint256 && vouchesFor(above));
    if (!next) return false;
    below = next;
  }
  return false;
}

function isValid({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}
