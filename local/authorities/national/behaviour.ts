import { catalogued } from '../../../src/nfse/national/rejections.ts';

/** How the stand-in treats one declaration. What each value does is in the README beside this folder. */
export type Behaviour =
  | { readonly kind: 'normal' }
  | { readonly kind: 'reject'; readonly code: string }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'timeout'; readonly issued: boolean }
  | { readonly kind: 'bad-gateway'; readonly issued: boolean; readonly long?: true }
  | { readonly kind: 'reset' }
  | { readonly kind: 'down'; readonly seconds: number }
  | { readonly kind: 'reject-cancel' }
  /** Refuses in a form that only some answers have. */
  | { readonly kind: 'reject-oddly'; readonly as: 'list' | 'text' | 'no-certificate' | 'unlisted' }
  | { readonly kind: 'unlisted-issued' }
  /** Issues behind a gateway's page; the first lookups do not tell. */
  | { readonly kind: 'lookup-mute'; readonly as: 'null-key' | 'page' }
  /** A late cancellation that the city was asked to analyse, and what it said. */
  | { readonly kind: 'analysis'; readonly granted: boolean };

const NORMAL: Behaviour = { kind: 'normal' };
const MAX_SECONDS = 3600;

const FIXED: Readonly<Record<string, Behaviour>> = {
  TIMEOUTISSUED: { kind: 'timeout', issued: true },
  TIMEOUTLOST: { kind: 'timeout', issued: false },
  BADGATEWAY: { kind: 'bad-gateway', issued: false },
  LONGPAGE: { kind: 'bad-gateway', issued: false, long: true },
  BADGATEWAYISSUED: { kind: 'bad-gateway', issued: true },
  RESET: { kind: 'reset' },
  REJECTCANCEL: { kind: 'reject-cancel' },
  LISTREJECT: { kind: 'reject-oddly', as: 'list' },
  TEXTREJECT: { kind: 'reject-oddly', as: 'text' },
  NOCERTIFICATE: { kind: 'reject-oddly', as: 'no-certificate' },
  UNLISTED: { kind: 'reject-oddly', as: 'unlisted' },
  UNLISTEDISSUED: { kind: 'unlisted-issued' },
  NULLKEY: { kind: 'lookup-mute', as: 'null-key' },
  LOOKUPDOWN: { kind: 'lookup-mute', as: 'page' },
  ANALYSISGRANTED: { kind: 'analysis', granted: true },
  ANALYSISREFUSED: { kind: 'analysis', granted: false },
};

/** Reads the wish in a declaration's `cIntContrib`. Any other reference is an ordinary one. */
export function behaviourOf(reference: string | undefined): Behaviour {
  if (reference === undefined) return NORMAL;
  const fixed = Object.hasOwn(FIXED, reference) ? FIXED[reference] : undefined;
  if (fixed) return fixed;
  const [, verb, rest = ''] = /^(REJECT|SLOW|DOWN)(.+)$/.exec(reference) ?? [];
  if (verb === 'REJECT') return catalogued(rest) ? { kind: 'reject', code: rest } : NORMAL;
  const seconds = Number(rest);
  if (!verb || !Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS) return NORMAL;
  return verb === 'SLOW' ? { kind: 'slow', seconds } : { kind: 'down', seconds };
}
