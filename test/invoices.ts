import { randomUUID } from 'node:crypto';
import type { Draft } from '../src/events/commit.ts';
import { type EventData, type EventMeta, event, type NewEvent } from '../src/events/event-types.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import type { Invoice, LivingInvoice } from '../src/events/invoice.ts';
import type { Cnpj } from '../src/nfse/cnpj.ts';

/** Named values, complete and realistic, that specs tell their stories with. */
export const companyCnpj = '11222333000181' as Cnpj;
export const requestId = 'pedido-118';
export const invoiceId = invoiceIdFor(companyCnpj, requestId);
export const accessKey = '31062002211222333000181000000000010126110000000176';
export const meta: EventMeta = { actor: 'erp', requestId, traceId: '1-6b048c31-67df310f42458e731fb812fb' };
export const at = '2026-11-10T12:31:00.000Z';

export const emission = {
  companyCnpj,
  municipalityCode: '3106200',
  competenceDate: '2026-11-10',
  issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' as const },
  service: {
    code: '010101',
    description: 'Desenvolvimento sob encomenda do módulo de conciliação bancária, conforme proposta 118/2026. '
      .repeat(5)
      .slice(0, 400),
    nbsCode: '115022000',
    municipalityCode: '3106200',
    reference: 'PEDIDO118',
  },
  customer: {
    cnpj: '12345678000195',
    name: 'Tomadora Exemplo Comércio e Serviços Ltda',
    email: 'financeiro@tomadora.example',
    phone: '3133330000',
    address: {
      street: 'Avenida Afonso Pena',
      number: '1500',
      complement: 'Sala 1201, Edifício Exemplo',
      district: 'Centro',
      municipalityCode: '3106200',
      postalCode: '30130005',
    },
  },
  amounts: { service: 150_000, issWithheldBy: 'NOBODY' as const },
};

export const rejection = {
  code: 'E0240',
  message: 'O CEP do tomador não existe.',
  howToFix: 'Confira o CEP no endereço do tomador.',
  field: '/customer/address/postalCode',
  source: 'CEP do tomador inexistente',
};

/** By which the rule sends it to the national system: its city has no system of its own. */
export const route = { authority: 'national', rule: 'no-city-system' } as const;

const data = {
  Emitted: {
    ...emission,
    requestId,
    provider: 'national',
    route,
    dps: { series: '1', number: 118 },
    total: 150_000,
    xmlKey: `${invoiceId}/dps-1.xml`,
  },
  Issued: {
    providerProtocol: `NFS${accessKey}`,
    nfseNumber: '101',
    accessKey,
    issuedAt: '2026-11-10T09:31:02-03:00',
    nfseXmlKey: `${invoiceId}/nfse-1.xml`,
  },
  Failed: { error: rejection, attempt: 1 },
  SubmissionDeferred: {
    reason: 'provider-unavailable' as const,
    detail: 'connection refused',
    attempt: 1,
    nextAttemptAt: '2026-11-10T12:32:00.000Z',
  },
  RetryRequested: { by: 'erp', reason: 'CEP corrigido', total: 150_000, xmlKey: `${invoiceId}/dps-2.xml` },
  CancelRequested: { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' },
  Cancelled: { protocol: `EVT${accessKey}101101001`, cancelledAt: '2026-11-11T09:00:00-03:00' },
  CancelFailed: { error: { ...rejection, code: 'E0822', field: '/reasonCode' } },
  ReplayRequested: {
    by: 'ops',
    mode: 'replay' as const,
    cause: 'document-missing',
    reason: 'Documento restaurado do backup',
    letterId: '5ae1d1a6-0c4f-4a7e-9a3a-0f5b6a3b1c11',
  },
} satisfies { [Type in NewEvent['type']]: EventData<Type> };

export const emitted = event('Emitted', data.Emitted);
export const issued = event('Issued', data.Issued);
export const failed = event('Failed', data.Failed);
export const deferred = event('SubmissionDeferred', data.SubmissionDeferred);
export const retryRequested = event('RetryRequested', data.RetryRequested);
export const cancelRequested = event('CancelRequested', data.CancelRequested);
export const cancelled = event('Cancelled', data.Cancelled);
export const cancelFailed = event('CancelFailed', data.CancelFailed);
export const replayRequested = event('ReplayRequested', data.ReplayRequested);

/** The emission of another invoice: its id follows from its company and request, as every id does. */
export function newEmission(request: string = randomUUID()) {
  const id = invoiceIdFor(companyCnpj, request);
  return { requestId: request, invoiceId: id, emitted: event('Emitted', { ...emitted.data, requestId: request }) };
}

/** A cancellation that came before anything was sent. */
export const cancelledUnsent = event('Cancelled', { cancelledAt: at });

/** An invoice that the test knows to exist. */
export function existing(invoice: Invoice): LivingInvoice {
  if (invoice.status === 'NONE') throw new Error(`${invoice.id} was never emitted`);
  return invoice;
}

/** A draft at the beginning of the stream, unless told otherwise. */
export function draft(changes: Partial<Draft> = {}): Draft {
  return {
    invoiceId,
    tip: { version: 1, hash: '' },
    events: [emitted],
    meta,
    commitId: '01M84W78DS19MFZ07TS6SMAMT7',
    at,
    ...changes,
  };
}
