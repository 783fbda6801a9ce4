import { hash } from 'node:crypto';
import { canonicalJson } from '../../events/canonical-json.ts';

const MODULUS = 1n << 256n;

/**
 * A checksum over rows that does not ask for their order: the sum of the SHA-256 of each, modulo 2^256. It tells two tables apart by
 * accident, and is no defence against somebody who makes rows to measure: that is what the chain and the seals are for.
 */
export class Checksum {
  #sum = 0n;
  #rows = 0;

  /** @param digest of {@link digestOf} */
  add(digest: string): void {
    this.#sum = (this.#sum + BigInt(`0x${digest}`)) % MODULUS;
    this.#rows++;
  }

  get rows(): number {
    return this.#rows;
  }

  get hex(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

/** SHA-256 of a row's canonical JSON, hexadecimal. */
export function digestOf(row: object): string {
  return hash('sha256', canonicalJson(row), 'hex');
}
