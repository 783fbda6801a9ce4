import { describe, expect, it } from 'vitest';
import { EmissionSchema } from './emission.ts';

/** As an event keeps it since exemptions and records of responsibility can be said. Never edited: it lies in tables. */
const exemptWork = {
  companyCnpj: '11222333000181',
  municipalityCode: '3118601',
  competenceDate: '2026-11-30',
  issuer: { municipalRegistration: '40325-3', simplesNacional: 'NONE' },
  service: {
    code: '070201',
    description: 'Reforma predial',
    municipalityCode: '3118601',
    work: { number: '900123456789', art: 'BR20261234567' },
  },
  customer: { cnpj: '12345678000195', name: 'Tomadora Exemplo Ltda' },
  amounts: { service: 100_000, issWithheldBy: 'NOBODY' },
  iss: { taxation: 'EXEMPT' },
};

describe('an emission in an event', () => {
  it('keeps an exemption, the record of responsibility of a work, and a registration as the city wrote it', () =>
    expect(EmissionSchema.parse(exemptWork)).toEqual(exemptWork));

  it('from before they could be said is read as it is', () => {
    const { iss: _, ...rest } = exemptWork;
    const before = { ...rest, service: { ...rest.service, work: { number: '900123456789' } } };
    expect(EmissionSchema.parse(before)).toEqual(before);
  });
});
