import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInvoiceId } from '../../src/events/ids.ts';
import { localTime } from '../../src/nfse/local-time.ts';
import { buildDps } from '../../src/nfse/national/dps-document.ts';
import { type HttpTransport, httpTransport } from '../../src/worker/providers/http-transport.ts';
import { nationalProvider } from '../../src/worker/providers/national/provider.ts';
import type { Submission } from '../../src/worker/providers/provider.ts';
import { certificatesIn, type Identity, openPki, type Pki } from '../pki/installation.ts';
import type { Signed } from './national/document-checks.ts';
import { type NationalApi, startNationalApi } from './national-api.ts';

const invoiceId = parseInvoiceId('inv_00000000000000000000000000') ?? expect.fail('no invoice id');
const company = '11222333000181';
const customer = '12345678000195';
const stranger = '77888999000181';
const municipalityCode = '3106200';

const folders: string[] = [];
const transports: HttpTransport[] = [];
let pki: Pki;
let foreign: Pki;
let api: NationalApi;
let signed: Signed = { kind: 'missing' };
let lastNumber = 0;

beforeAll(async () => {
  const draw = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
    folders.push(folder);
    return openPki(folder, [company, customer, stranger], new Date());
  };
  [pki, foreign] = await Promise.all([draw(), draw()]);
  const { server: identity, authority } = pki;
  api = await startNationalApi({ tls: { identity, authority }, checks: { authority } });
});
afterAll(async () => {
  for (const transport of transports) transport.close();
  await api.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

function cityFor(identity: Identity | undefined, { ca = pki.authority, url = api.url } = {}) {
  const tls = { ca, ...(identity && { key: identity.key, cert: identity.certificate }) };
  const transport = httpTransport({ baseUrl: url, timeoutMs: 5000, tls });
  transports.push(transport);
  return nationalProvider({ transport, environment: '2', softwareVersion: 'test' });
}

function submission(reference?: string): Submission {
  const issuedAt = localTime(Date.now() - 60_000, '-03:00');
  const dps = { series: '1', number: ++lastNumber };
  const document = buildDps({
    companyCnpj: company,
    municipalityCode,
    competenceDate: issuedAt.slice(0, 10),
    issuer: { municipalRegistration: '1234567', simplesNacional: 'NONE' },
    service: {
      code: '010101',
      description: 'Desenvolvimento de sistema',
      municipalityCode,
      ...(reference && { reference }),
    },
    customer: { cnpj: customer, name: 'Tomadora Exemplo S/A' },
    amounts: { service: 150_000, issWithheldBy: 'NOBODY' },
    dps,
    issuedAt,
    environment: '2',
    softwareVersion: 'test',
  });
  return { invoiceId, companyCnpj: company, municipalityCode, dps, attempt: 0, document };
}

describe('the national system behind mutual TLS', () => {
  it('goes on after it has cut a connection on request', async () => {
    const city = cityFor(pki.companies[company]);
    const sale = submission('RESET');
    expect(await city.issue(sale)).toMatchObject({ kind: 'unknown' });
    expect(await city.find(sale)).toMatchObject({ kind: 'found', matches: true });
  });

  it('issues for a company that shows its certificate, over one connection', async () => {
    const city = cityFor(pki.companies[company]);
    for (const sale of [submission(), submission()]) {
      expect(await city.issue(sale)).toMatchObject({ kind: 'issued' });
      expect(await city.find(sale)).toMatchObject({ kind: 'found', matches: true });
    }
  });

  it('refuses one that shows none, and says so', async () => {
    expect(await cityFor(undefined).issue(submission())).toMatchObject({ kind: 'rejected', error: { code: 'E1200' } });
  });

  it('refuses a certificate of an authority that it does not know', async () => {
    const city = cityFor(foreign.companies[company]);
    expect(await city.issue(submission())).toMatchObject({ kind: 'rejected', error: { code: 'E1208' } });
  });

  it('refuses a certificate that is no company', async () => {
    const outcome = await cityFor(pki.server).issue(submission());
    expect(outcome).toMatchObject({ kind: 'rejected', error: { code: expect.stringMatching(/E1200|E1209/) } });
  });

  it('shows a note to its issuer and its customer, and to nobody else', async () => {
    const sale = submission();
    await cityFor(pki.companies[company]).issue(sale);
    expect(await cityFor(pki.companies[customer]).find(sale)).toMatchObject({ kind: 'found' });
    expect(await cityFor(pki.companies[stranger]).find(sale)).toMatchObject({ kind: 'unknown' });
  });

  it('answers 401 without a certificate, where nothing is declared', async () => {
    const status = await new Promise((answered, failed) => {
      const lookup = request(`${api.url}/dps/x`, { ca: pki.authority }, (response) => {
        response.resume();
        answered(response.statusCode);
      });
      lookup.once('error', failed);
      lookup.end();
    });
    expect(status).toBe(401);
  });

  it('is not believed when its own certificate is from nowhere: nothing is sent', async () => {
    const city = cityFor(pki.companies[company], { ca: foreign.authority });
    expect(await city.issue(submission())).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a signature, where it is checked', () => {
  let strict: NationalApi;
  beforeAll(async () => {
    strict = await startNationalApi({ checks: { authority: pki.authority, signature: () => signed } });
  });
  afterAll(() => strict.stop());
  const signer = ({ companies }: Pki, cnpj: string): Signed => {
    const [own = ''] = certificatesIn(companies[cnpj]?.certificate ?? '');
    return { kind: 'good', certificate: new X509Certificate(own) };
  };

  it.each<[string, () => Signed, object]>([
    ['of the company is accepted', () => signer(pki, company), { kind: 'issued' }],
    ['that is missing is refused', () => ({ kind: 'missing' }), { error: { code: 'E0717' } }],
    ['that does not hold is refused', () => ({ kind: 'bad', detail: 'digest' }), { error: { code: 'E0714' } }],
    ['of another company is refused', () => signer(pki, stranger), { error: { code: 'E0718' } }],
    ['from an unknown authority is refused', () => signer(foreign, company), { error: { code: 'E0715' } }],
  ])('%s', async (_title, of, expected) => {
    signed = of();
    expect(await cityFor(undefined, { url: strict.url }).issue(submission())).toMatchObject(expected);
  });
});

describe('a declaration that is sent again', () => {
  it('is the same bytes, signature and all', async () => {
    const sent: (string | undefined)[] = [];
    const city = nationalProvider({
      transport: async ({ body }) => {
        sent.push(body);
        return { status: 502, headers: {}, body: '' };
      },
      environment: '2',
      softwareVersion: 'test',
      sign: (xml) => xml.replace('</DPS>', '<Signature/></DPS>'),
    });
    const sale = submission();
    await city.issue(sale);
    await city.issue(sale);
    expect(sent[0]).toBe(sent[1]);
  });
});
