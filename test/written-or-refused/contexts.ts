/** A complete request, in the API's form. Together they have every group that a request may have. */
export interface Context {
  readonly name: string;
  readonly request: Record<string, unknown>;
}

const address = {
  street: 'Avenida Afonso Pena',
  number: '1500',
  complement: 'Sala 1201',
  district: 'Centro',
  municipalityCode: '3106200',
  postalCode: '30130005',
};
const foreignAddress = {
  street: 'Example Row',
  number: '12',
  complement: 'Flat 3',
  district: 'Marylebone',
  postalCode: 'W1U 6AB',
  city: 'London',
  region: 'Greater London',
  country: 'GB',
};
const place = { street: 'Rua do Lugar', number: '7', complement: 'Fundos', district: 'Bairro', postalCode: '30130111' };
const placeAbroad = {
  ...place,
  postalCode: undefined,
  foreign: { postalCode: 'W1U 9ZZ', city: 'Dublin', region: 'Leinster' },
};
const customer = { cnpj: '12345678000195', name: 'Tomadora Exemplo Ltda', address };
const foreigner = { nif: 'GB123456789', name: 'Example Overseas Ltd', foreignAddress };
const service = { code: '010701', description: 'Suporte técnico mensal', nbsCode: '115022000' };
const amounts = { service: '1000.00', issRate: '2.00' };
const construction = { ...service, code: '070201' };
const event = { name: 'Festival', startDate: '2026-11-01', endDate: '2026-11-09' };
const foreignTrade = {
  deliveryMode: '1',
  relationship: '0',
  currency: '220',
  amountInCurrency: '200.00',
  providerSupport: '01',
  customerSupport: '01',
  goodsMovement: '1',
};
const ibsCbs = { operationCode: '100301', cst: '200', classification: '200001' };
const supplier = { cnpj: '12345678000195', name: 'Fornecedora' };
const deduction = { kind: '1', issueDate: '2026-10-31', deductible: '100.00', deduction: '5.00' };
const reimbursement = { issueDate: '2026-10-31', competenceDate: '2026-10-30', kind: '01', amount: '10.00' };

const NOTE = '31062002211222333000181000000000010126110000000176';

const base = {
  companyCnpj: '11222333000181',
  municipalityCode: '3106200',
  competenceDate: '2026-11-10',
  issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' },
  service,
  customer,
  amounts,
};

const contexts: Readonly<Record<string, object>> = {
  'a plain sale': {},
  'ISS withheld': { amounts: { ...amounts, issWithheldBy: 'CUSTOMER' } },
  'a sale to nobody': { customer: undefined },
  'a person as customer': { customer: { cpf: '52998224725', name: 'Pessoa', address } },
  'an intermediary': { intermediary: { ...customer, name: 'Intermediária' }, iss: {} },
  'a customer abroad': { customer: foreigner, service: { ...service, foreignTrade } },
  'a customer abroad without a number': {
    customer: { ...foreigner, nif: undefined, noNif: 'EXEMPT' },
    service,
  },
  'an intermediary abroad': { intermediary: foreigner },
  'an intermediary abroad, with foreign trade': {
    intermediary: foreigner,
    service: { ...service, foreignTrade },
  },
  'an export': {
    customer: foreigner,
    service: { ...service, country: 'GB', foreignTrade },
    amounts: { service: '1000.00' },
    iss: { taxation: 'EXPORT', resultCountry: 'GB' },
  },
  'an export without a group of its own': {
    customer: foreigner,
    service: { ...service, country: 'GB' },
    amounts: { service: '1000.00' },
    iss: { taxation: 'EXPORT' },
  },
  'a work': { service: { ...construction, work: { number: '900123456789', art: 'BR20261' } } },
  'a work by its place': { service: { ...construction, work: { place, art: 'BR20261' } } },
  'a work by its CIB number': { service: { ...construction, work: { cib: 'ABCD1234', art: 'BR20261' } } },
  'a work abroad': { service: { ...construction, work: { place: placeAbroad, art: 'BR20261' } } },
  'an event': { service: { ...service, code: '120101', event: { ...event, number: '77' } } },
  'an event by its place': { service: { ...service, code: '120101', event: { ...event, place } } },
  'an event abroad': { service: { ...service, code: '120101', event: { ...event, place: placeAbroad } } },
  'information of the service': { service: { ...service, information: { orderItems: ['Item'] } } },
  'a small company': {
    issuer: { municipalRegistration: '1234567', simplesNacional: 'ME_EPP' },
    amounts: { service: '1000.00' },
  },
  'a small company without rate rules': {
    issuer: { municipalRegistration: '1234567', simplesNacional: 'ME_EPP', simplesRegime: 'ISS_OUTSIDE' },
  },
  'a regime of its own': { issuer: { specialRegime: 'ESTIMATE' }, amounts: { service: '1000.00' } },
  'something immune': { iss: { taxation: 'IMMUNE', immunity: '3' }, amounts: { service: '1000.00' } },
  'something exempt': { iss: { taxation: 'EXEMPT' }, amounts: { service: '1000.00' } },
  'a suspension': {
    iss: { suspension: { kind: 'COURT', process: '1'.repeat(30) } },
    amounts: { service: '1000.00' },
  },
  'a benefit': { iss: { benefit: { number: '31062000200012', reduction: '10.00' } } },
  'a share of benefit': {
    iss: { benefit: { number: '31062000200012', reductionRate: '1.00' } },
    amounts: { service: '1000.00', issRate: '5.00' },
  },
  'high rate': { amounts: { service: '1000.00', issRate: '5.00' } },
  'own contributions': {
    federalTaxes: { pisCofins: { cst: '01', base: '1000.00', pisRate: '0.65', cofinsRate: '3.00' } },
  },
  'withheld contributions': {
    federalTaxes: {
      pisCofins: { cst: '01', base: '1000.00', pisRate: '0.65', cofinsRate: '3.00', withheld: 'PIS' },
      csrfWithheld: '10.00',
    },
  },
  'contributions without base': { federalTaxes: { pisCofins: { cst: '08' } } },
  'approximate taxes': { approximateTaxes: { federal: '10.00' } },
  'approximate shares': { approximateTaxes: { federalRate: '10.00' } },
  'approximate share of a small company': {
    issuer: { simplesNacional: 'ME_EPP' },
    amounts: { service: '1000.00' },
    approximateTaxes: { simplesRate: '6.00' },
  },
  'proofs of a deduction': {
    amounts: {
      service: '1000.00',
      issRate: '5.00',
      deductionDocuments: [{ ...deduction, otherDocument: 'Recibo', supplier: { ...supplier, address } }],
    },
  },
  'another note as proof': {
    amounts: {
      ...amounts,
      issRate: '5.00',
      deductionDocuments: [
        {
          ...deduction,
          municipalNote: { municipalityCode: '3106200', number: '20260001', verificationCode: 'AB12' },
          supplier: foreigner,
        },
      ],
    },
  },
  'a paper as proof': {
    amounts: {
      ...amounts,
      issRate: '5.00',
      deductionDocuments: [
        { ...deduction, kind: '99', otherKind: 'Outra', paperNote: { number: '77', model: '1', series: 'A' } },
      ],
    },
  },
  'IBS and CBS': { ibsCbs },
  'IBS and CBS about another note': { ibsCbs: { ...ibsCbs, referencedNotes: [NOTE] } },
  'IBS and CBS with a regular situation': {
    ibsCbs: { ...ibsCbs, regular: { cst: '000', classification: '000001' } },
  },
  'IBS and CBS in full': {
    ibsCbs: {
      ...ibsCbs,
      regular: { cst: '000', classification: '000001' },
      deferral: { stateRate: '1.00', municipalRate: '1.00', cbsRate: '1.00' },
      recipient: { cpf: '52998224725', name: 'Destinatário', address },
      property: { cib: 'ABCD1234' },
      referencedNotes: [NOTE],
    },
  },
  'IBS and CBS abroad': { ibsCbs: { ...ibsCbs, recipient: foreigner, property: { place: placeAbroad } } },
  'IBS and CBS of a property': { ibsCbs: { ...ibsCbs, property: { place } } },
  'a reimbursement': {
    amounts: { service: '1000.00', issRate: '5.00' },
    ibsCbs: {
      ...ibsCbs,
      reimbursements: [
        { ...reimbursement, electronicDocument: { kind: '9', otherKind: 'Outro', key: 'CHAVE' }, supplier },
      ],
    },
  },
  'a supplier with an address': {
    amounts: { service: '1000.00', issRate: '5.00' },
    ibsCbs: {
      ...ibsCbs,
      reimbursements: [
        { ...reimbursement, otherDocument: { number: '1', description: 'Papel' }, supplier: { ...supplier, address } },
      ],
    },
  },
  'a supplier with an address abroad': {
    amounts: { service: '1000.00', issRate: '5.00' },
    ibsCbs: {
      ...ibsCbs,
      reimbursements: [{ ...reimbursement, otherDocument: { number: '1', description: 'Papel' }, supplier: foreigner }],
    },
  },
  'a reimbursement by paper': {
    amounts: { service: '1000.00', issRate: '5.00' },
    ibsCbs: {
      ...ibsCbs,
      reimbursements: [
        {
          ...reimbursement,
          fiscalDocument: { municipalityCode: '3106200', number: '1', description: 'Papel' },
          supplier: { nif: 'GB1', name: 'Supplier' },
        },
      ],
    },
  },
  'another reimbursement': {
    amounts: { service: '1000.00', issRate: '5.00' },
    ibsCbs: {
      ...ibsCbs,
      reimbursements: [
        { ...reimbursement, kind: '99', otherKind: 'Outro', otherDocument: { number: '1', description: 'Papel' } },
      ],
    },
  },
  'a replacement': {
    replaces: {
      accessKey: NOTE,
      reasonCode: '99',
      reason: 'Correção do valor',
    },
  },
};

/** As JSON has it: without the members that are undefined. */
export const CONTEXTS: readonly Context[] = Object.entries(contexts).map(([name, more]) => ({
  name,
  request: JSON.parse(JSON.stringify({ ...base, ...more })) as Record<string, unknown>,
}));
