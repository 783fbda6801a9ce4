import { describe, expect, it } from 'vitest';
import { emitted, invoiceId, meta } from '../../test/invoices.ts';
import type { StoredEvent } from './commit.ts';
import { fold } from './invoice.ts';
import { UnreadableEvent, upcast } from './upcasters.ts';

/** An item as the first version of the service wrote it. Kept as it lies in tables: never edited. */
const emittedV1: StoredEvent = {
  id: '01K00000000000000000000000.1',
  type: 'Emitted',
  v: 1,
  at: '2026-01-15T13:00:00.000Z',
  meta,
  data: {
    requestId: 'pedido-7',
    companyCnpj: '11222333000181',
    municipalityCode: '3106200',
    competenceDate: '2026-01-15',
    issuer: { simplesNacional: 'NONE' },
    service: { code: '010101', description: 'Desenvolvimento de sistema', municipalityCode: '3106200' },
    customer: { document: '52998224725', name: 'Fulana de Exemplo' },
    amounts: { service: '1500.00', unconditionalDiscount: '0.10', issWithheldBy: 'NOBODY' },
    total: '1499.90',
    provider: 'national',
    dps: { series: '1', number: 7 },
    xmlKey: 'inv/dps.xml',
  },
};

/** As the second version wrote it. Never edited, either. */
const emittedV2: StoredEvent = {
  ...emittedV1,
  v: 2,
  data: {
    ...(emittedV1.data as object),
    customer: { cpf: '52998224725', name: 'Fulana de Exemplo' },
    amounts: { service: 150_000, unconditionalDiscount: 10, issWithheldBy: 'NOBODY' },
    total: 149_990,
  },
};

describe('an event of an older schema version', () => {
  it('is read as the newest: money in centavos, the document by its kind', () => {
    expect(upcast(emittedV1)).toMatchObject({
      v: 3,
      data: {
        total: 149_990,
        amounts: { service: 150_000, unconditionalDiscount: 10, issWithheldBy: 'NOBODY' },
        customer: { cpf: '52998224725', name: 'Fulana de Exemplo' },
      },
    });
    expect(upcast(emittedV1).data).not.toHaveProperty('customer.document');
  });

  it.each<[string, object, string]>([
    ['the national system', {}, 'national'],
    ['a city hall that speaks ABRASF', { provider: 'abrasf', municipalityCode: '3552502' }, 'city'],
    ['a city’s front of the national contract', { municipalityCode: '3501608' }, 'city'],
  ])('was sent where its municipality said: to %s', (_, changes, authority) =>
    expect(upcast({ ...emittedV2, data: { ...(emittedV2.data as object), ...changes } }).data).toMatchObject({
      route: { authority, rule: 'municipality' },
    }),
  );

  it('folds like one written today', () =>
    expect(fold(invoiceId, [upcast(emittedV1)])).toMatchObject({ status: 'EMITTED', total: 149_990 }));

  it('tells a company by the length of its document', () => {
    const data = { ...(emittedV1.data as object), customer: { document: '12345678000195', name: 'Tomadora' } };
    expect(upcast({ ...emittedV1, data }).data).toMatchObject({ customer: { cnpj: '12345678000195' } });
  });
});

describe('an event that cannot be read', () => {
  const today: StoredEvent = { ...emittedV1, v: 3, data: emitted.data };
  it.each([
    ['of an unknown type', { ...today, type: 'Teleported' }],
    ['of a version yet to come', { ...today, v: 4 }],
    ['of a version that never was', { ...today, v: 0 }],
    ['whose content fits no schema', { ...today, data: { ...emitted.data, total: '1500.00' } }],
    ['whose old amount is no amount', { ...emittedV1, data: { ...(emittedV1.data as object), total: '1.500,00' } }],
  ])('%s is refused by name, never guessed', (_title, stored) => {
    expect(() => upcast(stored)).toThrow(UnreadableEvent);
    expect(() => upcast(stored)).toThrow(stored.id);
  });
});
