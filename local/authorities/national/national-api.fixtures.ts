import { afterAll, beforeAll, expect } from 'vitest';
import { parseInvoiceId } from '../../../src/events/ids.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import { buildDps, type DpsInput } from '../../../src/nfse/national/dps-document.ts';
import { httpTransport } from '../../../src/worker/providers/http-transport.ts';
import { nationalProvider } from '../../../src/worker/providers/national/provider.ts';
import type { Cancellation, Provider, Submission } from '../../../src/worker/providers/provider.ts';
import { startNationalApi } from '../national-api.ts';

const invoiceId = parseInvoiceId('inv_00000000000000000000000000') ?? expect.fail('no invoice id');
export const company = '11222333000181';
export const municipalityCode = '3106200';

/** The stand-in national system, for the specs of a file, and a worker's provider for it. */
export function nationalApiOfTheFile() {
  let api: Awaited<ReturnType<typeof startNationalApi>>;
  let provider: Provider;
  let lastNumber = 0;
  beforeAll(async () => {
    api = await startNationalApi({});
    provider = providerAt(api.url);
  });
  afterAll(() => api.stop());
  const city: Provider = {
    issue: (sale) => provider.issue(sale),
    find: (sale) => provider.find(sale),
    cancel: (note) => provider.cancel(note),
  };

  function providerAt(baseUrl: string, timeoutMs = 5000): Provider {
    const transport = httpTransport({ baseUrl, timeoutMs });
    return nationalProvider({ transport, environment: '2', softwareVersion: 'nfse-ledger-test' });
  }

  function submission(reference?: string, change: Partial<DpsInput> = {}): Submission {
    const issuedAt = localTime(Date.now() - 60_000, '-03:00');
    const input: DpsInput = {
      companyCnpj: company,
      municipalityCode,
      competenceDate: issuedAt.slice(0, 10),
      issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' },
      service: { code: '010101', description: 'Desenvolvimento de sistema', municipalityCode, reference },
      customer: { cnpj: '12345678000195', name: 'Tomadora Exemplo S/A' },
      amounts: { service: 150_000, issWithheldBy: 'NOBODY' },
      dps: { series: '1', number: ++lastNumber },
      issuedAt,
      environment: '2',
      softwareVersion: 'nfse-ledger-test',
      ...change,
    };
    return {
      invoiceId,
      companyCnpj: input.companyCnpj,
      municipalityCode,
      dps: input.dps,
      attempt: 0,
      document: buildDps(input),
    };
  }

  function cancellation(accessKey: string | undefined): Cancellation {
    const reason = 'Nota emitida com valor incorreto';
    return {
      invoiceId,
      companyCnpj: company,
      municipalityCode,
      dps: { series: '1', number: lastNumber },
      nfseNumber: '1',
      issuedAt: new Date().toISOString(),
      accessKey: accessKey ?? expect.fail('the note has no key'),
      reasonCode: '1',
      reason,
      at: new Date().toISOString(),
    };
  }

  async function issued(sale: Submission) {
    const outcome = await city.issue(sale);
    return outcome.kind === 'issued' ? outcome.note : expect.fail(`not issued: ${JSON.stringify(outcome)}`);
  }

  return { url: () => api.url, city, providerAt, submission, cancellation, issued };
}
