import { parseCnpj } from '../../src/nfse/cnpj.ts';
import { dpsId } from '../../src/nfse/dps-id.ts';
import { parseMunicipalityCode } from '../../src/nfse/municipality.ts';
import type { RouteAuthority } from '../../src/nfse/routing/route.ts';
import { rpsName } from '../authorities/abrasf/register.ts';
import { STAND_IN_PATHS } from '../municipality-profiles.ts';
import type { HistoryView, InvoiceView } from './api-client.ts';
import type { Story } from './story.ts';

/** What the stand-in authorities hold of one invoice: asked behind the service's back. */
export interface Evidence {
  readonly notes: readonly HeldNote[];
  /** How often a declaration was sent, and how often it was looked up. */
  readonly posts: number;
  readonly lookups: number;
}

interface HeldNote {
  readonly authority: RouteAuthority;
  /** Of the national system alone. */
  readonly accessKey?: string;
  readonly nfseNumber: string;
  readonly cancelled: boolean;
}

/** Where the stand-ins tell what they hold. */
export interface Controls {
  readonly nationalControl: string;
  readonly cityHall: string;
}

/** What is held of every declaration that the invoice was ever sent as, to whichever authority. */
export async function evidenceOf(controls: Controls, { invoice, events }: HistoryView): Promise<Evidence> {
  const all = await Promise.all(
    events.flatMap((event) => {
      if (event.type === 'Emitted') return [heldOf(controls, invoice, event.data)];
      const rerouted = event.type === 'RetryRequested' && event.data.rerouted;
      return rerouted ? [heldOf(controls, invoice, rerouted)] : [];
    }),
  );
  const sum = (of: (one: Evidence) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    notes: all.flatMap(({ notes }) => notes),
    posts: sum(({ posts }) => posts),
    lookups: sum(({ lookups }) => lookups),
  };
}

type Declared = Pick<InvoiceView, 'route' | 'dps'>;

async function heldOf(controls: Controls, invoice: InvoiceView, declared: Declared): Promise<Evidence> {
  const { authority } = declared.route;
  const [control, name, id] =
    authority === 'national'
      ? [controls.nationalControl, 'dpsId', dpsIdOf(invoice, declared)]
      : [new URL(controls.cityHall).origin, 'rps', rpsNameOf(invoice, declared)];
  const [notes, calls] = await Promise.all([
    asked<readonly (HeldNote & { readonly dpsId?: string; readonly rps?: string })[]>(control, '/control/notes'),
    asked<{ posts: number; lookups: number }>(control, `/control/calls?${name}=${encodeURIComponent(id)}`),
  ]);
  const held = notes.filter((note) => note.dpsId === id || note.rps === id).map((note) => ({ ...note, authority }));
  return { notes: held, posts: calls.posts, lookups: calls.lookups };
}

/** @returns what contradicts the story, in words; nothing when the authority tells the same */
export function contradiction({ fate, history }: Story, { notes }: Evidence): string | undefined {
  if (!history) return `"${fate.name}" has no history.`;
  const { invoice, chain } = history;
  if (!chain.intact) return `The chain of "${fate.name}" is broken at version ${chain.brokenAt}: ${chain.reason}.`;
  const [note, ...others] = notes;
  if (!note) return `The authority holds no note of "${fate.name}", though the service says it was issued.`;
  if (others.length > 0) return `The authority holds ${notes.length} notes of "${fate.name}" where there may be one.`;
  if (note.authority !== invoice.route.authority) {
    return `"${fate.name}" is with the ${invoice.route.authority} authority, and the note with the ${note.authority}.`;
  }
  if (note.accessKey !== invoice.accessKey || note.nfseNumber !== invoice.nfseNumber) {
    return `"${fate.name}" bears NFS-e ${invoice.nfseNumber}, and the authority's note is ${note.nfseNumber}.`;
  }
  if (note.cancelled !== (invoice.status === 'CANCELLED')) {
    return `"${fate.name}" is ${invoice.status}, and the authority's note is ${note.cancelled ? '' : 'not '}cancelled.`;
  }
  return undefined;
}

/** The closing line, once nothing contradicts. */
export function conclusion(evidence: readonly Evidence[]): string {
  const sum = (of: (one: Evidence) => number) => evidence.reduce((total, one) => total + of(one), 0);
  const notes = sum((one) => one.notes.length);
  const cancelled = sum((one) => one.notes.filter((note) => note.cancelled).length);
  return [
    `Proven at the authority: ${evidence.length} invoices, ${notes} notes, exactly one each (${cancelled} cancelled)`,
    `for ${sum((one) => one.posts)} sends and ${sum((one) => one.lookups)} look-ups;`,
    `no note twice, none lost, and every history's chain holds.`,
  ].join(' ');
}

function dpsIdOf({ companyCnpj, municipalityCode }: InvoiceView, { dps }: Declared): string {
  const cnpj = parseCnpj(companyCnpj);
  const municipality = parseMunicipalityCode(municipalityCode);
  if (!cnpj || !municipality) throw new RangeError('An invoice of the API has a valid company and municipality');
  return dpsId({ companyCnpj: cnpj, municipalityCode: municipality, ...dps });
}

/** The stand-in knows its cities by their paths. */
function rpsNameOf({ companyCnpj, municipalityCode }: InvoiceView, { dps }: Declared): string {
  return rpsName({
    city: STAND_IN_PATHS[municipalityCode] ?? '',
    company: companyCnpj,
    series: dps.series,
    number: String(dps.number),
  });
}

async function asked<T>(control: string, path: string): Promise<T> {
  const response = await fetch(new URL(path, control), { signal: AbortSignal.timeout(10_000) });
  return (await response.json()) as T;
}
