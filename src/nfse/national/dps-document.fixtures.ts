import type { DpsInput } from './dps-document.ts';

/** A month of software development for a company of the same city. */
export const emission: DpsInput = {
  companyCnpj: '11222333000181',
  municipalityCode: '3106200',
  competenceDate: '2026-11-10',
  issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' },
  service: {
    code: '010101',
    description: 'Desenvolvimento de sistema sob encomenda, competência 11/2026',
    nbsCode: '115022000',
    municipalityCode: '3106200',
    reference: 'PED20261110',
  },
  customer: {
    cnpj: '12345678000195',
    name: 'Tomadora Exemplo S/A',
    email: 'financeiro@tomadora.example',
    phone: '(31) 3333-0000',
    address: {
      street: 'Avenida Exemplo',
      number: '1000',
      complement: 'Sala 12',
      district: 'Centro',
      municipalityCode: '3106200',
      postalCode: '30130000',
    },
  },
  amounts: { service: 150_000, issWithheldBy: 'NOBODY' },
  dps: { series: '1', number: 1 },
  issuedAt: '2026-11-10T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
};
