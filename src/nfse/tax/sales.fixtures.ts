import type { DpsInput } from '../national/dps-document.ts';
import type { Sale } from '../sale.ts';

/** A month of software development for a company of the same city, without a word of taxes. */
const plain: Sale = {
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
    phone: '3133330000',
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
};

/** The same as it is declared. */
export const emission: DpsInput = {
  ...plain,
  dps: { series: '1', number: 1 },
  issuedAt: '2026-11-10T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
};

/** The same with its taxes, as in the national sample of a plain note. */
export const software: Sale = {
  ...plain,
  amounts: { ...plain.amounts, issRateBasisPoints: 200 },
  federalTaxes: {
    pisCofins: { cst: '01', base: 150_000, pisRateBasisPoints: 65, cofinsRateBasisPoints: 300 },
  },
  ibsCbs: { operationCode: '100301', cst: '000', classification: '000001', personalUse: false },
};

/** Cleaning of a building, with everything withheld that can be: the national sample of a note with retentions. */
export const cleaning: Sale = {
  ...software,
  service: {
    ...software.service,
    code: '071001',
    description: 'Limpeza e conservação predial, contrato 45/2026',
    nbsCode: '118041000',
  },
  amounts: {
    service: 1_000_000,
    unconditionalDiscount: 50_000,
    conditionalDiscount: 10_000,
    issWithheldBy: 'CUSTOMER',
    issRateBasisPoints: 500,
  },
  federalTaxes: {
    pisCofins: { cst: '01', base: 950_000, pisRateBasisPoints: 165, cofinsRateBasisPoints: 760 },
    inssWithheld: 104_500,
    irrfWithheld: 9_500,
    csrfWithheld: 44_175,
  },
  ibsCbs: { operationCode: '020201', cst: '000', classification: '000001', personalUse: false },
};

/** Consulting for a customer abroad, who has a number there. */
export const exported: Sale = {
  ...software,
  service: {
    ...software.service,
    code: '010601',
    country: 'US',
    foreignTrade: {
      deliveryMode: '4',
      relationship: '0',
      currency: '220',
      amountInCurrency: 100_000,
      providerSupport: '01',
      customerSupport: '01',
      goodsMovement: '1',
      shareWithMdic: false,
    },
  },
  customer: {
    nif: 'US-99-1234567',
    name: 'Example Foreign Inc',
    foreignAddress: {
      country: 'US',
      postalCode: '94105',
      city: 'San Francisco',
      region: 'California',
      street: 'Example Street',
      number: '1',
      district: 'Downtown',
    },
  },
  amounts: { service: 540_000, issWithheldBy: 'NOBODY' },
  iss: { taxation: 'EXPORT' },
  federalTaxes: undefined,
  ibsCbs: undefined,
};

/** Software without federal taxes, changed. */
export const untaxed = (changes: Partial<Sale>): Sale => ({ ...software, federalTaxes: undefined, ...changes });

/** A sale by an issuer of another regime. */
export const issuedBy = (changes: Partial<Sale['issuer']>, sale: Sale = untaxed({})): Sale => ({
  ...sale,
  issuer: { simplesNacional: 'NONE', ...changes },
});
