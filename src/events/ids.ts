import { createHash } from 'node:crypto';
import type { Cnpj } from '../nfse/cnpj.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `inv_` and 26 characters of Crockford base32: the name of an invoice's stream. Made by {@link invoiceIdFor} alone. */
export type InvoiceId = Branded<'InvoiceId'>;

/** What every id begins with, and with it the keys of what belongs to an invoice. */
export const INVOICE_ID_PREFIX = 'inv_';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const INVOICE_ID = new RegExp(`^${INVOICE_ID_PREFIX}[0-9a-hjkmnp-tv-z]{26}$`);

/**
 * The id is derived, not drawn: the same request of the same company always meets the same stream, so the event store
 * itself refuses a second emission, whatever the idempotency records say.
 *
 * @param companyCnpj issuer, 14 characters
 * @param requestId the client's idempotency key, as given
 */
export function invoiceIdFor(companyCnpj: Cnpj, requestId: string): InvoiceId {
  const digest = createHash('sha256').update(`${companyCnpj}\n${requestId}`, 'utf8').digest();
  return `${INVOICE_ID_PREFIX}${crockford(digest, 26)}` as InvoiceId;
}

/** What names an invoice's company and the request that asked for it, wherever that is stored. */
export interface InvoiceOrigin {
  readonly companyCnpj: string;
  readonly requestId: string;
}

/**
 * The company that an invoice belongs to: the one that its id was derived from. Whoever edits a row or a commit can change the
 * company that it names, and cannot find a request that gives the same id with another company.
 *
 * @returns `undefined` where the stored company is not the invoice's own
 */
export function ownerOf(invoiceId: InvoiceId, { companyCnpj, requestId }: InvoiceOrigin): string | undefined {
  return invoiceIdFor(companyCnpj as Cnpj, requestId) === invoiceId ? companyCnpj : undefined;
}

/** The id in a path or a message, or `undefined` when the text cannot be one. */
export function parseInvoiceId(text: unknown): InvoiceId | undefined {
  return typeof text === 'string' && INVOICE_ID.test(text) ? (text as InvoiceId) : undefined;
}

/**
 * A ULID: 48 bits of time, 80 of randomness, sorted by time as text.
 *
 * @param now milliseconds since the epoch
 * @param random at least 10 random bytes
 */
export function ulid(now: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let time = BigInt(now);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = Number(time & 0xffn);
    time >>= 8n;
  }
  bytes.set(random.subarray(0, 10), 6);
  return crockfordOf(bigEndian(bytes), 26).toUpperCase();
}

/** The first `length` characters (5 bits each) of the bytes. */
function crockford(bytes: Uint8Array, length: number): string {
  const excess = BigInt(bytes.length * 8 - length * 5);
  return crockfordOf(bigEndian(bytes) >> excess, length);
}

function crockfordOf(value: bigint, length: number): string {
  let text = '';
  for (let rest = value, i = 0; i < length; i++, rest >>= 5n) text = CROCKFORD[Number(rest & 31n)] + text;
  return text;
}

function bigEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
