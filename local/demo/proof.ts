import { parseCnpj } from '../../src/nfse/cnpj.ts';
import { dpsId } from '../../src/nfse/dps-id.ts';
import { parseMunicipalityCode } from '../../src/nfse/municipality.ts';
import type { InvoiceView } from './api-client.ts';
import type { Story } from './story.ts';

/** What the stand-in authority holds of one invoice: asked behind the service's back. */
export interface Evidence {
  readonly notes: readonly { readonly accessKey: string; readonly nfseNumber: string; readonly cancelled: boolean }[];
  /** How often a declaration was sent, and how often it was looked up. */
  readonly posts: number;
  readonly lookups: number;
}

/** @param nationalControl where the stand-in tells what it holds */
export async function evidenceOf(nationalControl: string, invoice: InvoiceView): Promise<Evidence> {
  const id = declarationOf(invoice);
  const [notes, calls] = await Promise.all([
    asked<readonly (Evidence['notes'][number] & { dpsId: string })[]>(nationalControl, '/control/notes'),
    asked<{ posts: number; lookups: number }>(nationalControl, `/control/calls?dpsId=${id}`),
  ]);
  return { notes: notes.filter((note) => note.dpsId === id), posts: calls.posts, lookups: calls.lookups };
}

/** @returns what contradicts the story, in words; nothing when the authority tells the same */
export function contradiction({ fate, history }: Story, { notes }: Evidence): string | undefined {
  if (!history) return `"${fate.name}" has no history.`;
  const { invoice, chain } = history;
  if (!chain.intact) return `The chain of "${fate.name}" is broken at version ${chain.brokenAt}: ${chain.reason}.`;
  const [note, ...others] = notes;
  if (!note) return `The authority holds no note of "${fate.name}", though the service says it was issued.`;
  if (others.length > 0) return `The authority holds ${notes.length} notes of "${fate.name}" where there may be one.`;
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

function declarationOf({ companyCnpj, municipalityCode, dps }: InvoiceView): string {
  const cnpj = parseCnpj(companyCnpj);
  const municipality = parseMunicipalityCode(municipalityCode);
  if (!cnpj || !municipality) throw new RangeError('An invoice of the API has a valid company and municipality');
  return dpsId({ companyCnpj: cnpj, municipalityCode: municipality, ...dps });
}

async function asked<T>(nationalControl: string, path: string): Promise<T> {
  const response = await fetch(new URL(path, nationalControl), { signal: AbortSignal.timeout(10_000) });
  return (await response.json()) as T;
}
