import type { OddShape } from './odd-shapes.ts';

/** How the city hall treats one RPS. What each value does is in the README beside this folder. */
export type Behaviour =
  | { readonly kind: 'normal' }
  | { readonly kind: 'reject'; readonly codes: readonly string[]; readonly as?: Dress }
  | { readonly kind: 'unlisted-issued' }
  | { readonly kind: 'lookup-refused' }
  | { readonly kind: 'silent-batch' }
  | { readonly kind: 'cancel-by-status' }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'timeout' | 'bad-gateway' | 'fault' | 'empty'; readonly issued: boolean }
  | { readonly kind: 'reset' }
  | { readonly kind: 'down'; readonly seconds: number }
  | { readonly kind: 'queue'; readonly seconds: number; readonly says: 'status' | 'E92' }
  | { readonly kind: 'batch-error' }
  | { readonly kind: 'alert' }
  | { readonly kind: 'reject-cancel' }
  | { readonly kind: 'cancel-lost' }
  | { readonly kind: 'dress'; readonly as: Dress };

/** Other ways in which cities write the same answer. */
export type Dress = 'escaped' | 'twice-escaped' | 'inline' | 'bare' | 'prefixed' | 'latin1' | 'bom' | OddShape;

const NORMAL: Behaviour = { kind: 'normal' };
const MAX_SECONDS = 3600;

const FIXED: Readonly<Record<string, Behaviour>> = {
  TIMEOUTISSUED: { kind: 'timeout', issued: true },
  TIMEOUTLOST: { kind: 'timeout', issued: false },
  BADGATEWAY: { kind: 'bad-gateway', issued: false },
  BADGATEWAYISSUED: { kind: 'bad-gateway', issued: true },
  FAULT: { kind: 'fault', issued: false },
  FAULTISSUED: { kind: 'fault', issued: true },
  EMPTYISSUED: { kind: 'empty', issued: true },
  RESET: { kind: 'reset' },
  MULTIPLE: { kind: 'reject', codes: ['E47', 'E62', 'E172'] },
  NOCODE: { kind: 'reject', codes: [''] },
  BATCHERROR: { kind: 'batch-error' },
  ALERT: { kind: 'alert' },
  REJECTCANCEL: { kind: 'reject-cancel' },
  CANCELLOST: { kind: 'cancel-lost' },
  ESCAPED: { kind: 'dress', as: 'escaped' },
  TWICEESCAPED: { kind: 'dress', as: 'twice-escaped' },
  INLINE: { kind: 'dress', as: 'inline' },
  BARE: { kind: 'dress', as: 'bare' },
  PREFIXED: { kind: 'dress', as: 'prefixed' },
  LATIN1: { kind: 'dress', as: 'latin1' },
  BOM: { kind: 'dress', as: 'bom' },
  CURITIBA: { kind: 'dress', as: 'curitiba' },
  LOWERCASE: { kind: 'dress', as: 'lower-case' },
  NATIONALNOTE: { kind: 'dress', as: 'national-note' },
  LOWERCASEREJECT: { kind: 'reject', codes: ['E42'], as: 'lower-case' },
  TEXTREJECT: { kind: 'reject', codes: ['E62'], as: 'text-messages' },
  UNLISTEDISSUED: { kind: 'unlisted-issued' },
  LOOKUPREFUSED: { kind: 'lookup-refused' },
  SILENTBATCH: { kind: 'silent-batch' },
  CANCELSTATUS: { kind: 'cancel-by-status' },
};

/** Reads the wish in an RPS's reference. Any other reference is an ordinary one. */
export function behaviourOf(reference: string | undefined): Behaviour {
  if (reference === undefined) return NORMAL;
  const fixed = Object.hasOwn(FIXED, reference) ? FIXED[reference] : undefined;
  if (fixed) return fixed;
  const [, code] = /^REJECT([A-Z]{0,4}\d{1,5})$/.exec(reference) ?? [];
  if (code) return { kind: 'reject', codes: [code] };
  const [, verb, rest] = /^(SLOW|DOWN|QUEUE|E92QUEUE)(\d{1,4})$/.exec(reference) ?? [];
  const seconds = Number(rest);
  if (!verb || seconds < 1 || seconds > MAX_SECONDS) return NORMAL;
  switch (verb) {
    case 'SLOW':
      return { kind: 'slow', seconds };
    case 'DOWN':
      return { kind: 'down', seconds };
    default:
      return { kind: 'queue', seconds, says: verb === 'QUEUE' ? 'status' : 'E92' };
  }
}
