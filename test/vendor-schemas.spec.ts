import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaCheck } from '../src/cli/official-schema.ts';
import { batchMessage } from '../src/nfse/abrasf/messages.ts';
import { buildRps } from '../src/nfse/abrasf/rps-document.ts';
import { builtInFile } from '../src/nfse/municipality-profiles/built-in.ts';
import { messageStyleOf, rpsStyleOf } from '../src/nfse/municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../src/nfse/municipality-profiles/dialects.ts';
import { ProfilesSchema } from '../src/nfse/municipality-profiles/schema.ts';
import type { Sale } from '../src/nfse/sale.ts';
import { acceptableSale, forCityHall } from '../src/nfse/tax/any-sale.fixtures.ts';
import { UnwritableFields } from '../src/nfse/unwritable.ts';
import { factFolder, WITHOUT_FACTS } from './facts.ts';
import { needing } from './needs.ts';
import { sweepSize } from './sweep-size.ts';

/** Schemas of vendors whose messages have ABRASF's namespace, by dialect. */
const SCHEMAS = [
  ['tiplan', 'tiplan-2.03'],
  ['nfecidades', 'nfecidades-2.01'],
  ['issnet', 'issnet-2.04'],
  ['fiorilli', 'fiorilli/2.01'],
  ['vitoria', 'issvitoria/2.00'],
] as const;
const requester = { companyCnpj: '11222333000181', municipalRegistration: '1234567' };
const UNSIGNED = /^Element '[^']*': Missing child element\(s\)\. Expected is \( [^)]*Signature \)\.$/;
const NAMESPACE = 'http://www.abrasf.org.br/nfse.xsd';

const dialects = dialectsFrom([ProfilesSchema.parse(builtInFile)], ({ message }) => {
  throw new RangeError(message);
});

/** What a vendor has to say of IBS and CBS, on half of the sales. */
const soldInACity: fc.Arbitrary<Sale> = fc.tuple(acceptableSale, fc.boolean()).map(([sale, taxed]) => {
  const { service } = sale;
  const ibsCbs = { operationCode: '100301', cst: '000', classification: '000001' };
  return { ...forCityHall(sale), ...(taxed && service.nbsCode && { ibsCbs }) };
});

describe('an RPS', () => {
  needing(WITHOUT_FACTS, it).each(SCHEMAS)(
    'of %s is by the vendor’s own schema, whatever is sold',
    async (name, folder) => {
      const dialect = dialects.get(name);
      if (!dialect) throw new RangeError(`There is no dialect ${name}`);
      const check = await schemaCheck(factFolder(`cities/schemas/${folder}`), 'nfse.xsd');
      const style = { ...rpsStyleOf(dialect), namespace: NAMESPACE };
      const messages = { ...messageStyleOf(dialect), messageNamespace: NAMESPACE, typeNamespace: NAMESPACE };
      let documents = 0;
      fc.assert(
        fc.property(soldInACity, (sale) => {
          const bearing = { dps: { series: '1', number: 1 }, issuedAt: '2026-11-10T09:30:00-03:00' };
          try {
            const rps = buildRps({ ...sale, ...bearing }, style);
            // Signatures come later; some vendors demand them in the schema.
            const batch = batchMessage('RecepcionarLoteRps', rps, 1, requester, messages);
            const faults = check(batch)?.trim().split('\n') ?? [];
            expect(faults.filter((fault) => !UNSIGNED.test(fault))).toEqual([]);
            documents++;
          } catch (error) {
            if (!(error instanceof UnwritableFields)) throw error;
          }
        }),
        { numRuns: sweepSize(1_000, 150) },
      );
      expect(documents).toBeGreaterThan(1);
    },
  );
});
