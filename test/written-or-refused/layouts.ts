import { buildRps } from '../../src/nfse/abrasf/rps-document.ts';
import { builtInFile } from '../../src/nfse/municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../../src/nfse/municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../../src/nfse/municipality-profiles/dialects.ts';
import { ProfilesSchema } from '../../src/nfse/municipality-profiles/schema.ts';
import { buildDps } from '../../src/nfse/national/dps-document.ts';
import type { RouteAuthority } from '../../src/nfse/routing/route.ts';
import type { Sale } from '../../src/nfse/sale.ts';

/** A layout as far as it decides what an emission's document says. */
export interface Layout {
  readonly name: string;
  readonly authority: RouteAuthority;
  /** The dialects that write alike. */
  readonly dialects: readonly string[];
  /** @throws UnwritableFields */
  readonly write: (sale: Sale) => string;
}

const bearing = {
  dps: { series: '1', number: 1 },
  issuedAt: '2026-11-10T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
} as const;

const dialects = dialectsFrom([ProfilesSchema.parse(builtInFile)], (fault) => {
  throw new RangeError(fault.message);
});

export const DIALECTS: readonly string[] = [...dialects.keys()];

/** Dialects that differ in nothing but the namespace and the form of codes write the same. */
const alike = Map.groupBy(dialects, ([, dialect]) => {
  const { namespace: _, serviceItem: __, lineBreak: ___, ...style } = rpsStyleOf(dialect);
  return JSON.stringify(style);
});

const national: readonly Layout[] = [true, false].map((alphanumericCnpj) => ({
  name: `the national layout, CNPJ ${alphanumericCnpj ? 'with letters' : 'of digits'}`,
  authority: 'national',
  dialects: [],
  write: (sale) => buildDps({ ...sale, ...bearing }, { alphanumericCnpj }),
}));

const ofCities: readonly Layout[] = [...alike.values()].flatMap((group) => {
  const [first] = group;
  if (!first) return [];
  const [name, dialect] = first;
  const style = rpsStyleOf(dialect);
  return [
    {
      name: `ABRASF ${dialect.layout} as ${name} writes it`,
      authority: 'city' as const,
      dialects: group.map(([other]) => other),
      write: (sale: Sale) => buildRps({ ...sale, ...bearing }, style),
    },
  ];
});

export const LAYOUTS: readonly Layout[] = [...national, ...ofCities];
