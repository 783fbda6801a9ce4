import type { LivingInvoice } from '../../../src/events/invoice.ts';
import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { dpsId } from '../../../src/nfse/dps-id.ts';
import { parseMunicipalityCode } from '../../../src/nfse/municipality.ts';
import { cityHallOf } from './plan.ts';

/** All that the stand-in authorities hold, asked behind the service's back. */
export interface Authorities {
  readonly notes: number;
  readonly posts: number;
  readonly lookups: number;
  /** The notes of one declaration. */
  notesOf(invoice: LivingInvoice): readonly HeldNote[];
}

export interface HeldNote {
  readonly nfseNumber: string;
  readonly cancelled: boolean;
}

/** @param endpoints where the stand-ins tell what they hold */
export async function askAuthorities(endpoints: { nationalControl: string; cityHall: string }): Promise<Authorities> {
  type Note = HeldNote & { readonly dpsId?: string; readonly rps?: string };
  type Calls = { readonly posts: number; readonly lookups: number };
  const asked = async <T>(base: string, path: string) => (await (await fetch(new URL(path, base))).json()) as T;
  const bases = [endpoints.nationalControl, endpoints.cityHall];
  const notes = (await Promise.all(bases.map((base) => asked<readonly Note[]>(base, '/control/notes')))).flat();
  const calls = (await Promise.all(bases.map((base) => asked<readonly Calls[]>(base, '/control/calls')))).flat();
  const byName = Map.groupBy(notes, ({ dpsId: id, rps }) => id ?? rps ?? '');
  const sum = (of: (one: Calls) => number) => calls.reduce((total, one) => total + of(one), 0);
  return {
    notes: notes.length,
    posts: sum(({ posts }) => posts),
    lookups: sum(({ lookups }) => lookups),
    notesOf: (invoice) => byName.get(nameOf(invoice)) ?? [],
  };
}

/** What its authority knows a declaration by. */
function nameOf({ companyCnpj, municipalityCode, dps }: LivingInvoice): string {
  const cityHall = cityHallOf(municipalityCode);
  if (cityHall) return `${cityHall}/${companyCnpj}/${dps.series}/${dps.number}`;
  const [cnpj, municipality] = [parseCnpj(companyCnpj), parseMunicipalityCode(municipalityCode)];
  if (!cnpj || !municipality) throw new RangeError('An accepted invoice has a valid company and municipality');
  return dpsId({ companyCnpj: cnpj, municipalityCode: municipality, ...dps });
}
