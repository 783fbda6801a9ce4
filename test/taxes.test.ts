import { describe, expect, it } from 'vitest';
import { dpsId } from '../src/nfse/dps-id.ts';
import { apiAs, authorityNotes, example } from './stack/api.ts';

const client = await apiAs('client');

/** The declaration as it was stored, by the link that the API gives. */
async function declarationOf(invoiceId: string): Promise<string> {
  const { body } = await client.get(`/invoices/${invoiceId}/xml?document=dps`);
  return (await fetch(body.url)).text();
}

describe('an emission with everything withheld', () => {
  it('shows what it comes to, is issued, and reads back as it was sent', async () => {
    const request = example('emit-withheld');
    const { status, body } = await client.post('/invoices', request);
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body).toMatchObject({
      ...request,
      taxes: {
        issBase: '9500.00',
        iss: '475.00',
        issWithheld: '475.00',
        federallyWithheld: '1581.75',
        totalWithheld: '2056.75',
        net: '7343.25',
      },
    });
    const issued = await client.until(body.invoiceId, 'ISSUED');
    expect(await authorityNotes(dpsId({ ...issued, ...issued.dps }))).toHaveLength(1);
    const declaration = await declarationOf(body.invoiceId);
    for (const element of [
      '<vRetCSLL>441.75</vRetCSLL>',
      '<vPis>156.75</vPis>',
      '<tpRetPisCofins>3</tpRetPisCofins>',
    ]) {
      expect(declaration).toContain(element);
    }
  });

  it('may be corrected part by part', async () => {
    const rejected = example('emit-rejected');
    const { federalTaxes } = example('emit-withheld');
    const { body } = await client.post('/invoices', { ...rejected, federalTaxes: { irrfWithheld: '22.50' } });
    await client.until(body.invoiceId, 'FAILED');
    const { corrections, reason } = example('retry-corrected');
    const wrong = await client.post(`/invoices/${body.invoiceId}/retry`, { corrections: { federalTaxes } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toContainEqual(
      expect.objectContaining({ pointer: '/corrections/federalTaxes/pisCofins/base' }),
    );
    const taken = { ...corrections, federalTaxes: null, iss: { municipalityActive: true } };
    const right = await client.post(`/invoices/${body.invoiceId}/retry`, { reason, corrections: taken });
    expect(right.status, JSON.stringify(right.body)).toBe(202);
    const issued = await client.until(body.invoiceId, 'ISSUED');
    expect(issued).not.toHaveProperty('federalTaxes');
    expect(issued.iss).toEqual({ municipalityActive: true });
    const { body: history } = await client.get(`/invoices/${body.invoiceId}/events`);
    const retried = history.events.find(({ type }: { type: string }) => type === 'RetryRequested');
    expect(retried.data.corrections).toMatchObject({ federalTaxes: null });
  });
});

describe('an export', () => {
  it('names the customer abroad, owes no ISS, and is issued', async () => {
    const request = example('emit-export');
    const { status, body } = await client.post('/invoices', request);
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body).toMatchObject({ ...request, taxes: { net: '5400.00', totalWithheld: '0.00' } });
    expect(body.taxes).not.toHaveProperty('iss');
    await client.until(body.invoiceId, 'ISSUED');
    const declaration = await declarationOf(body.invoiceId);
    for (const element of ['<NIF>US-99-1234567</NIF>', '<cPaisPrestacao>US', '<cPaisResult>US', '<tpMoeda>220']) {
      expect(declaration).toContain(element);
    }
  });
});

describe('what is proven by documents', () => {
  it('is taken from what is taxed, and the authority takes the declaration', async () => {
    const request = example('emit-withheld');
    const dates = { issueDate: '2026-10-31', competenceDate: '2026-10-31' };
    const { unconditionalDiscount: _, ...amounts } = request.amounts;
    const documents = [
      { otherDocument: 'Recibo 7', kind: '2', issueDate: '2026-10-31', deductible: '900.00', deduction: '500.00' },
      {
        municipalNote: { municipalityCode: '3106200', number: '12', verificationCode: 'AB12' },
        kind: '99',
        otherKind: 'Locação de equipamentos',
        issueDate: '2026-10-31',
        deductible: '500.00',
        deduction: '500.00',
        supplier: { cnpj: '11444777000161', name: 'Fornecedora Exemplo' },
      },
    ];
    const reimbursements = [
      { otherDocument: { number: '1', description: 'Passagem aérea' }, ...dates, kind: '01', amount: '1000.00' },
    ];
    const { status, body } = await client.post('/invoices', {
      ...request,
      amounts: { ...amounts, deductionDocuments: documents },
      ibsCbs: { ...request.ibsCbs, property: { cib: 'ABCD1234' }, reimbursements },
    });
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body.taxes).toMatchObject({ issBase: '8000.00', iss: '400.00' });
    expect(body.amounts.deductionDocuments).toEqual(documents);
    await client.until(body.invoiceId, 'ISSUED');
    const declaration = await declarationOf(body.invoiceId);
    for (const element of ['<nNFSeMun>000000000000012<', '<cCIB>ABCD1234<', '<vlrReeRepRes>1000.00<']) {
      expect(declaration).toContain(element);
    }
  });
});

describe('a replacement', () => {
  it('names the note whose place it takes', async () => {
    const { body: first } = await client.post('/invoices', example('emit-invoice'));
    const { accessKey } = await client.until(first.invoiceId, 'ISSUED');
    const replaces = { accessKey, reasonCode: '99', reason: 'Correção da descrição do serviço' };
    const { body } = await client.post('/invoices', { ...example('emit-invoice'), replaces });
    expect(body.replaces).toEqual(replaces);
    expect(await declarationOf(body.invoiceId)).toContain(
      `<subst><chSubstda>${accessKey}</chSubstda><cMotivo>99</cMotivo>`,
    );
  });

  it('of a note issued here cancels that note’s own invoice, and says so in its history', async () => {
    const { body: first } = await client.post('/invoices', example('emit-invoice'));
    const { accessKey } = await client.until(first.invoiceId, 'ISSUED');
    const reason = 'Correção da descrição do serviço';
    const replaces = { invoiceId: first.invoiceId, reasonCode: '99', reason };
    const request = { ...example('emit-invoice'), replaces };
    const key = `troca-${first.invoiceId}`;
    const { body: second } = await client.post('/invoices', request, key);
    expect(second.replaces).toEqual({ ...replaces, accessKey });

    const replaced = await client.until(first.invoiceId, 'CANCELLED');
    const replacing = await client.until(second.invoiceId, 'ISSUED');
    const replacedBy = {
      invoiceId: second.invoiceId,
      nfseNumber: replacing.nfseNumber,
      accessKey: replacing.accessKey,
    };
    expect(replaced.cancellation).toMatchObject({ reasonCode: '99', reason, replacedBy });
    const { body: history } = await client.get(`/invoices/${first.invoiceId}/events`);
    expect(history.events.map(({ type }: { type: string }) => type)).toEqual([
      'Emitted',
      'Issued',
      'CancelRequested',
      'Cancelled',
    ]);
    expect(history.chain).toMatchObject({ intact: true });

    const again = await client.post('/invoices', request, key);
    expect({ status: again.status, id: again.body.invoiceId }).toEqual({ status: 202, id: second.invoiceId });
    const third = await client.post('/invoices', request);
    expect(third.status).toBe(422);
    expect(third.body.errors).toMatchObject([{ pointer: '/replaces/invoiceId', code: 'replaced-note' }]);

    const cancel = await client.post(`/invoices/${first.invoiceId}/cancel`, example('cancel-invoice'));
    expect({ status: cancel.status, type: cancel.body.type }).toEqual({
      status: 409,
      type: 'urn:nfse-ledger:problem:note-replaced',
    });
    expect(cancel.body.detail).toContain(second.invoiceId);
  });

  it('of a confirmed note cannot be retried as it is', async () => {
    const { dps: _, ...original } = example('emit-invoice');
    const { body: first } = await client.post('/invoices', original);
    await client.until(first.invoiceId, 'ISSUED');
    const service = { ...original.service, reference: 'REJECTE0070' };
    const replaces = { invoiceId: first.invoiceId, reasonCode: '05' };
    const { body: second } = await client.post('/invoices', { ...original, service, replaces });
    const failed = await client.until(second.invoiceId, 'FAILED');
    expect(failed.error).toMatchObject({ code: 'E0070', howToFix: expect.stringContaining('prefeitura') });

    const retry = await client.post(`/invoices/${second.invoiceId}/retry`, { reason: 'Reenvio' });
    expect({ status: retry.status, errors: retry.body.errors }).toMatchObject({
      status: 422,
      errors: [{ pointer: '/corrections/replaces', code: 'replaced-note-confirmed' }],
    });
  });

  it('that changes what must stay is refused before it takes a number', async () => {
    const { dps: _, ...original } = example('emit-invoice');
    const { competenceDate, ...undated } = original;
    const { body: outside } = await client.post('/invoices', original);
    const simples = { ...original, issuer: { ...original.issuer, simplesNacional: 'MEI' } };
    const { body: inside } = await client.post('/invoices', simples);
    await client.until(outside.invoiceId, 'ISSUED');
    await client.until(inside.invoiceId, 'ISSUED');
    const replacing = (invoiceId: string) => ({ replaces: { invoiceId, reasonCode: '05' } });

    const moved = await client.post('/invoices', {
      ...original,
      ...replacing(outside.invoiceId),
      competenceDate: '2026-11-09',
      service: { ...original.service, code: '010701', municipalCode: '017', municipalityCode: '3550308' },
    });
    expect(moved.status, JSON.stringify(moved.body)).toBe(422);
    expect(moved.body.errors).toMatchObject([
      { pointer: '/competenceDate', code: 'replacement-competence', howToFix: expect.stringContaining(competenceDate) },
      { pointer: '/service/code', code: 'replacement-service' },
      { pointer: '/service/municipalCode', code: 'replacement-service' },
      { pointer: '/service/municipalityCode', code: 'replacement-place' },
    ]);
    const changed = await client.post('/invoices', {
      ...simples,
      ...replacing(inside.invoiceId),
      customer: { ...original.customer, cnpj: '33000167000101' },
      amounts: { ...original.amounts, service: '1400.00' },
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(422);
    expect(changed.body.errors).toMatchObject([
      { pointer: '/customer', code: 'replacement-customer' },
      { pointer: '/amounts/service', code: 'replacement-amount' },
    ]);

    const service = { ...original.service, reference: example('emit-rejected').service.reference };
    const { body: failed } = await client.post('/invoices', { ...original, service, ...replacing(outside.invoiceId) });
    await client.until(failed.invoiceId, 'FAILED');
    const retry = { reason: 'Correção', corrections: { competenceDate: '2026-11-09' } };
    const corrected = await client.post(`/invoices/${failed.invoiceId}/retry`, retry);
    expect({ status: corrected.status, errors: corrected.body.errors }).toMatchObject({
      status: 422,
      errors: [{ pointer: '/corrections/competenceDate', code: 'replacement-competence' }],
    });

    const { status, body } = await client.post('/invoices', { ...undated, ...replacing(outside.invoiceId) });
    expect({ status, competenceDate: body.competenceDate }).toEqual({ status: 202, competenceDate });
  });
});
