import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { EmissionSchema } from '../events/emission.ts';
import { Given, Part, type Slot } from '../nfse/layouts/content.ts';
import { declared } from '../nfse/national/dps-document.ts';
import { acceptableSale } from '../nfse/tax/any-sale.fixtures.ts';
import { emissionToJson } from './emission-json.ts';

/** Written though the sale may not say it: of its issuer, a default, or worked out of what it says. */
const UNSAID = new Set([
  '/dps/series',
  '/dps/number',
  '/companyCnpj',
  '/service/municipalityCode',
  '/service/foreignTrade/shareWithMdic',
  '/issuer/simplesRegime',
  '/issuer/specialRegime',
  '/iss/taxation',
  '/iss/resultCountry',
  '/federalTaxes/pisCofins/pis',
  '/federalTaxes/pisCofins/cofins',
  '/federalTaxes/pisCofins/withheld',
]);

function pointersOf(slot: Slot): readonly string[] {
  if (slot instanceof Given) return [slot.from];
  if (slot instanceof Part) return Object.values(slot.content).flatMap(pointersOf);
  return Array.isArray(slot) ? slot.flatMap(pointersOf) : [];
}

const at = (json: unknown, pointer: string): unknown =>
  pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], json);

it('every value of a declaration is traced to a member that the request has', () =>
  fc.assert(
    fc.property(acceptableSale, (sale) => {
      const bearing = { dps: { series: '1', number: 1 }, environment: '2', softwareVersion: 'x' } as const;
      const json = emissionToJson(EmissionSchema.parse(sale));
      const pointers = pointersOf(declared({ ...bearing, ...sale, issuedAt: '2033-06-01T09:30:00-03:00' }));
      expect(pointers.length).toBeGreaterThan(10);
      const lost = pointers.filter((pointer) => !UNSAID.has(pointer) && at(json, pointer) === undefined);
      // Totals that the sale leaves unstated are written as zeros.
      expect(lost.filter((pointer) => !pointer.startsWith('/approximateTaxes/'))).toEqual([]);
    }),
    { numRuns: 300 },
  ));
