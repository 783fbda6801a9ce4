import { isBlank } from './blank.ts';
import { type Part, pointersIn } from './layouts/content.ts';
import type { Sale } from './sale.ts';
import type { Unwritable } from './unwritable.ts';

/** The parts of an emission. A record, so that a part which is added does not compile until it is named here. */
const PARTS: Readonly<Record<keyof Sale, true>> = {
  companyCnpj: true,
  municipalityCode: true,
  competenceDate: true,
  issuer: true,
  service: true,
  customer: true,
  intermediary: true,
  amounts: true,
  iss: true,
  federalTaxes: true,
  approximateTaxes: true,
  ibsCbs: true,
  replaces: true,
};

/** Members that tell the service what to do and are no part of any document. */
const INSTRUCTIONS = ['/municipalityCode', '/iss/municipalityActive', '/replaces/invoiceId'];

/**
 * The members of a sale that a document does not say. Nothing that was asked for may be left out in silence, so each of them is
 * refused. A group of which nothing is said is named once, by its own pointer.
 *
 * @param leftOut members that the layout's own rules leave out here
 */
export function unsaid(sale: Sale, content: Part, leftOut: readonly string[] = []): readonly Unwritable[] {
  const said = new Set([...pointersIn(content), ...INSTRUCTIONS, ...leftOut]);
  // Abroad the municipality only fills a field: nobody gave it.
  if (sale.service.country !== undefined) said.add('/service/municipalityCode');
  return (Object.keys(PARTS) as (keyof Sale)[])
    .flatMap((part) => missingIn(sale[part], `/${part}`, said).missing)
    .map((field) => ({ field, problem: 'unsupported' }));
}

interface Found {
  readonly missing: readonly string[];
  readonly anySaid: boolean;
}

function missingIn(value: unknown, pointer: string, said: ReadonlySet<string>): Found {
  if (typeof value !== 'object' || value === null) {
    if (saysNothing(value)) return { missing: [], anySaid: false };
    return said.has(pointer) ? { missing: [], anySaid: true } : { missing: [pointer], anySaid: false };
  }
  const below = Object.entries(value).map(([name, member]) => missingIn(member, `${pointer}/${apiName(name)}`, said));
  const missing = below.flatMap((one) => one.missing);
  const anySaid = below.some((one) => one.anySaid);
  return { missing: !anySaid && missing.length > 1 ? [pointer] : missing, anySaid };
}

/** An amount of zero is the same as none. */
function saysNothing(value: unknown): boolean {
  return value === undefined || value === null || value === 0 || (typeof value === 'string' && isBlank(value));
}

/** A rate is called `issRate` in a request and `issRateBasisPoints` here. */
function apiName(name: string): string {
  return name.replace(/(?:Rate)?BasisPoints$/, 'Rate');
}
