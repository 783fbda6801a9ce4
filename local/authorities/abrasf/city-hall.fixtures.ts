import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { parseInvoiceId } from '../../../src/events/ids.ts';
import { buildRps } from '../../../src/nfse/abrasf/rps-document.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import { builtInFile } from '../../../src/nfse/municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../../../src/nfse/municipality-profiles/dialect-styles.ts';
import { endpointOf } from '../../../src/nfse/municipality-profiles/endpoint.ts';
import { type AbrasfProfile, profilesFrom } from '../../../src/nfse/municipality-profiles/profiles.ts';
import type { Sale } from '../../../src/nfse/sale.ts';
import { abrasfProvider } from '../../../src/worker/providers/abrasf/provider.ts';
import { httpTransport } from '../../../src/worker/providers/http-transport.ts';
import type { IssuedNote, Provider, Submission } from '../../../src/worker/providers/provider.ts';
import { standInProfiles } from '../../municipality-profiles.ts';
import { startAbrasfCityHall } from '../abrasf-city-hall.ts';

export const invoiceId = parseInvoiceId('inv_00000000000000000000000000') ?? expect.fail('no invoice id');
export const company = '11222333000181';

/** The stand-in city halls, for the specs of a file, and a worker's provider for each. */
export function cityHallOfTheFile() {
  let hall: Awaited<ReturnType<typeof startAbrasfCityHall>>;
  let lastNumber = 0;
  beforeAll(async () => {
    hall = await startAbrasfCityHall({ queueSeconds: 0.1 });
  });
  afterAll(() => hall.stop());

  function profile(code: string, url = hall.url): AbrasfProfile {
    const found = profilesFrom(builtInFile, standInProfiles(url))(code);
    return found.provider === 'abrasf' ? found : expect.fail(`${code} speaks no ABRASF`);
  }

  function city(code: string, timeoutMs = 5000, url = hall.url): Provider {
    const own = profile(code, url);
    const baseUrl = endpointOf(own, '2')?.baseUrl ?? expect.fail('no address');
    return abrasfProvider({ transport: httpTransport({ baseUrl, timeoutMs }), profile: own, environment: '2' });
  }

  function submission(code: string, reference?: string, change: Partial<Sale> = {}): Submission {
    const issuedAt = localTime(Date.now() - 60_000, '-03:00');
    const dps = { series: '1', number: ++lastNumber };
    const sale: Sale = {
      companyCnpj: company,
      municipalityCode: code,
      competenceDate: issuedAt.slice(0, 10),
      issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' },
      service: { code: '010101', description: 'Manutenção de sistema', municipalityCode: code, reference },
      customer: { cnpj: '12345678000195', name: 'Tomadora Exemplo S/A' },
      amounts: { service: 150_000, issWithheldBy: 'NOBODY', issRateBasisPoints: 200 },
      ...change,
    };
    const document = buildRps({ ...sale, dps, issuedAt }, rpsStyleOf(profile(code).dialect));
    return { invoiceId, companyCnpj: sale.companyCnpj, municipalityCode: code, dps, attempt: 0, document };
  }

  /** Asks until the city has an answer, as the reconciler would. */
  async function processed(provider: Provider, sale: Submission, protocol?: string) {
    const asked = { ...sale, ...(protocol === undefined ? {} : { protocol }) };
    for (let tries = 0; ; tries++) {
      const outcome = await provider.find(asked);
      if (outcome.kind !== 'pending') return outcome;
      if (tries === 40) expect.fail('the batch was never processed');
      await sleep(50);
    }
  }

  async function issued(code: string, sale: Submission): Promise<IssuedNote> {
    const outcome = await city(code).issue(sale);
    if (outcome.kind === 'issued') return outcome.note;
    if (outcome.kind !== 'pending') expect.fail(JSON.stringify(outcome));
    const found = await processed(city(code), sale, outcome.protocol);
    return found.kind === 'found' ? found.note : expect.fail(JSON.stringify(found));
  }

  return { url: () => hall.url, profile, city, submission, processed, issued };
}
