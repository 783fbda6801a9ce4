import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParameterQuestion, parameterService } from '../../src/nfse/municipal-parameters/questions.ts';
import { askParameters } from '../../src/worker/municipal-parameters/parameters-api.ts';
import { type HttpTransport, httpTransport } from '../../src/worker/providers/http-transport.ts';
import { TransportError } from '../../src/worker/providers/transport.ts';
import { openPki, type Pki } from '../pki/installation.ts';
import { type ParametersApi, startParametersApi } from './parameters-api.ts';

const company = '11222333000181';
const ORDINARY = '3106200';
const OWN_SYSTEM = '3118601';
const service = parameterService('010701');

let folder: string;
let pki: Pki;
const opened: (HttpTransport | ParametersApi)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
  pki = await openPki(folder, [company], new Date());
});
afterAll(async () => {
  for (const one of opened) await ('close' in one ? one.close() : one.stop());
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<ParametersApi> {
  const { server: identity, authority } = pki;
  const api = await startParametersApi({
    tls: { identity, authority },
    hasOwnSystem: (code) => code === OWN_SYSTEM,
  });
  opened.push(api);
  return api;
}

function transportTo({ url }: ParametersApi, identity = pki.companies[company]): HttpTransport {
  const tls = { ca: pki.authority, ...(identity && { key: identity.key, cert: identity.certificate }) };
  const transport = httpTransport({ baseUrl: url, timeoutMs: 5000, tls });
  opened.push(transport);
  return transport;
}

describe('the stand-in of the parameters API behind mutual TLS', () => {
  it('fails the first handshake, as the real one does, and the question is answered all the same', async () => {
    const api = await start();
    const transport = transportTo(api);
    await expect(transport({ method: 'GET', path: `/${ORDINARY}/convenio` })).rejects.toThrow(TransportError);
    const second = await start();
    expect(await askParameters(transportTo(second), ORDINARY, { kind: 'agreement' }, '2026-12-01')).toMatchObject({
      kind: 'set',
    });
    expect(second.asked).toEqual([`/${ORDINARY}/convenio`]);
  });

  it('answers nobody without a certificate', async () => {
    const api = await start();
    const stranger = httpTransport({ baseUrl: api.url, timeoutMs: 5000, tls: { ca: pki.authority } });
    opened.push(stranger);
    expect(await askParameters(stranger, ORDINARY, { kind: 'agreement' }, '2026-12-01')).toEqual({
      kind: 'no-answer',
      reason: 'an answer of 403 that is not JSON',
    });
  });
});

describe('what the stand-in answers', () => {
  let transport: HttpTransport;
  beforeAll(async () => {
    transport = transportTo(await start());
  });
  const ask = (question: ParameterQuestion, code = ORDINARY, date = '2026-12-01') =>
    askParameters(transport, code, question, date);

  it.each<[string, string, object]>([
    [
      'of an ordinary municipality',
      ORDINARY,
      { kind: 'set', value: { nationalIssuers: true, enabledByDefault: true } },
    ],
    ['of one that shares its notes alone', '3136702', { kind: 'set', value: { nationalIssuers: false } }],
    [
      'of one with a system of its own, which enables one by one',
      OWN_SYSTEM,
      { kind: 'set', value: { nationalIssuers: true, enabledByDefault: false } },
    ],
    ['in PascalCase', '3106705', { kind: 'set', value: { nationalIssuers: true, creditsAllowed: true } }],
    ['of one that is not active', '3157807', { kind: 'not-set' }],
    ['of a code that IBGE has not given out', '9999999', { kind: 'not-set' }],
    ['through a gateway that has no such page', '3171204', { kind: 'no-answer' }],
    ['while it is down', '3154606', { kind: 'no-answer' }],
  ])('about the agreement %s', async (_, code, expected) =>
    expect(await ask({ kind: 'agreement' }, code)).toMatchObject(expected),
  );

  it.each<[string, ParameterQuestion, object]>([
    [
      'rates, the newest first',
      { kind: 'rates', service },
      {
        kind: 'set',
        value: [
          { percent: '2.50', from: '2026-01-01' },
          { percent: '5.00', to: '2025-12-31' },
        ],
      },
    ],
    [
      'no rate for a complement that the municipality has not',
      { kind: 'rates', service: '01.07.01.012' },
      { kind: 'not-set' },
    ],
    ['a refusal for a service without dots', { kind: 'rates', service: '010701000' }, { kind: 'refused' }],
    ['a regime', { kind: 'specialRegimes', service }, { kind: 'set', value: [{ regime: '6', status: 'ALLOWED' }] }],
    ['no regime', { kind: 'specialRegimes', service: '17.01.01.000' }, { kind: 'not-set' }],
    ['null lists', { kind: 'withholdings' }, { kind: 'set', value: { article6: { enabled: false }, municipal: [] } }],
    [
      'a benefit',
      { kind: 'benefit', benefit: `${ORDINARY}0200001` },
      { kind: 'set', value: { reductionPercent: '30.00', onlyForSome: false } },
    ],
    ['no benefit', { kind: 'benefit', benefit: '99999990200001' }, { kind: 'not-set' }],
  ])('%s', async (_, question, expected) => expect(await ask(question)).toMatchObject(expected));

  it('the framework’s refusal to a date that is none', async () =>
    expect(await ask({ kind: 'withholdings' }, ORDINARY, '2026-13-01')).toMatchObject({
      kind: 'refused',
      message: "competencia: The value '2026-13-01' is not valid.",
    }));
});
