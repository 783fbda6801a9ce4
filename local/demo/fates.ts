/** What can become of an invoice, told by an example file, what the client does next, and how it must end. */
export interface Fate {
  readonly name: string;
  /** Bodies below `examples/`. */
  readonly example: string;
  /** What the client does once the invoice has settled for the first time. */
  readonly next?: {
    readonly after: Status;
    readonly do: 'retry' | 'cancel';
    readonly example: string;
    /** What an operator puts on record before, and takes back at the end. */
    readonly decision?: { readonly made: string; readonly ended: string };
  };
  /** The same request is sent once more, with the same key. */
  readonly twice?: true;
  readonly end: { readonly status: Status; readonly cancelRefused?: true };
  /** Waits until all others are done: what it does to the authority would disturb them. */
  readonly last?: true;
}

export type Status = 'EMITTED' | 'ISSUED' | 'FAILED' | 'CANCELLING' | 'CANCELLED';

const issued = { status: 'ISSUED' } as const;

export const fates: readonly Fate[] = [
  { name: 'issued', example: 'emit-invoice', end: issued },
  {
    name: 'rejected, then corrected',
    example: 'emit-rejected',
    next: { after: 'FAILED', do: 'retry', example: 'retry-corrected' },
    end: issued,
  },
  { name: 'answer lost, note issued', example: 'emit-timeout-issued', end: issued },
  { name: 'first send lost', example: 'emit-timeout-lost', end: issued },
  { name: '502 page', example: 'emit-bad-gateway', end: issued },
  { name: 'slow answer', example: 'emit-slow', end: issued },
  {
    name: 'cancelled',
    example: 'emit-invoice',
    next: { after: 'ISSUED', do: 'cancel', example: 'cancel-invoice' },
    end: { status: 'CANCELLED' },
  },
  {
    name: 'cancellation refused',
    example: 'emit-cancel-refused',
    next: { after: 'ISSUED', do: 'cancel', example: 'cancel-invoice' },
    end: { status: 'ISSUED', cancelRefused: true },
  },
  { name: 'Simples Nacional, by law', example: 'emit-simples', end: issued },
  {
    name: 'city not prepared, then decided',
    example: 'emit-city-unprepared',
    next: {
      after: 'FAILED',
      do: 'retry',
      example: 'retry-by-city',
      decision: { made: 'route-to-city', ended: 'route-by-rule' },
    },
    end: issued,
  },
  { name: 'sent twice with one key', example: 'emit-invoice', twice: true, end: issued },
  { name: 'authority down', example: 'emit-down', end: issued, last: true },
];

/** The end of a fate in words. */
export function endOf({ end }: Fate): string {
  return end.cancelRefused ? `${end.status}, cancellation refused` : end.status;
}
