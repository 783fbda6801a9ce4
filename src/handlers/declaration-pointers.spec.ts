import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { EmissionSchema } from '../events/emission.ts';
import { emissionPointer } from '../nfse/layouts/national-pointers.ts';
import { buildDps } from '../nfse/national/dps-document.ts';
import { acceptableSale } from '../nfse/tax/any-sale.fixtures.ts';
import { parseXml, type XmlElement } from '../nfse/xml.ts';
import { emissionToJson } from './emission-json.ts';

/** Written though the sale may not say it: of its issuer, a default, or worked out of what it says. */
const UNSAID = [
  '/dps/series',
  '/companyCnpj',
  '/municipalityCode',
  '/service/municipalityCode',
  '/issuer/simplesRegime',
  '/issuer/specialRegime',
  '/iss/taxation',
  '/iss/resultCountry',
  '/federalTaxes/pisCofins/pis',
  '/federalTaxes/pisCofins/cofins',
  '/federalTaxes/pisCofins/withheld',
];

function leavesOf(element: XmlElement, path: string): readonly string[] {
  if (element.children.length === 0) return [path];
  return element.children.flatMap((child) => leavesOf(child, `${path}/${child.name}`));
}

const at = (json: unknown, pointer: string): unknown =>
  pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], json);

it('every value of a declaration is traced to a member that the request has', { timeout: 60_000 }, () =>
  fc.assert(
    fc.property(acceptableSale, (sale) => {
      const bearing = { dps: { series: '1', number: 1 }, environment: '2', softwareVersion: 'x' } as const;
      const xml = buildDps({ ...bearing, ...sale, issuedAt: '2033-06-01T09:30:00-03:00' });
      const root = parseXml(xml);
      const json = emissionToJson(EmissionSchema.parse(sale));
      const pointers = leavesOf(root, '/DPS').flatMap((path) => emissionPointer(path, root) ?? []);
      const lost = pointers.filter((pointer) => !UNSAID.includes(pointer) && at(json, pointer) === undefined);
      // Totals that the sale leaves unstated are written as zeros.
      const stated = lost.filter((pointer) => !pointer.startsWith('/approximateTaxes/'));
      expect(stated).toEqual([]);
    }),
    { numRuns: 300 },
  ),
);
