import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { WITHOUT_FACTS } from '../../test/facts.ts';
import { needing } from '../../test/needs.ts';
import { unpacked } from '../worker/unpacked.ts';
import { explain, explanationOf } from './explain.ts';
import type { Circumstances, ExplainedOutcome } from './explanation.ts';

const samples = fileURLToPath(new URL('../../../shared/nfse/samples/', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = (name: string) => readFileSync(path.join(samples, name));

interface Expected {
  readonly name: string;
  readonly outcome: ExplainedOutcome;
  readonly codes?: string;
  readonly given?: Circumstances;
}

const EXPECTED: readonly Expected[] = [
  { name: 'abrasf-2.04/GerarNfseResposta.xml', outcome: 'ISSUED' },
  { name: 'abrasf-2.04/GerarNfseResposta-com-alerta.xml', outcome: 'ISSUED', codes: 'A8' },
  { name: 'abrasf-2.04/GerarNfseResposta-erro-E10.xml', outcome: 'DUPLICATE', codes: 'E10' },
  { name: 'abrasf-2.04/GerarNfseResposta-erro-multiplo.xml', outcome: 'REJECTED', codes: 'E47 E62 E172' },
  { name: 'abrasf-2.04/EnviarLoteRpsResposta.xml', outcome: 'PENDING' },
  { name: 'abrasf-2.04/EnviarLoteRpsResposta-erro.xml', outcome: 'REJECTED', codes: 'E160' },
  { name: 'abrasf-2.04/EnviarLoteRpsSincronoResposta.xml', outcome: 'ISSUED' },
  { name: 'abrasf-2.04/ConsultarLoteRpsResposta-situacao2.xml', outcome: 'PENDING' },
  { name: 'abrasf-2.04/ConsultarLoteRpsResposta-situacao2-E92.xml', outcome: 'PENDING', codes: 'E92' },
  { name: 'abrasf-2.04/ConsultarLoteRpsResposta-situacao3.xml', outcome: 'DUPLICATE', codes: 'E31 E10' },
  { name: 'abrasf-2.04/ConsultarLoteRpsResposta-situacao4.xml', outcome: 'FOUND' },
  { name: 'abrasf-2.04/ConsultarNfseRpsResposta.xml', outcome: 'FOUND' },
  { name: 'abrasf-2.04/ConsultarNfseRpsResposta-cancelada.xml', outcome: 'CANCELLED' },
  { name: 'abrasf-2.04/ConsultarNfseRpsResposta-E4.xml', outcome: 'UNKNOWN', codes: 'E4' },
  { name: 'abrasf-2.04/CancelarNfseResposta.xml', outcome: 'CANCELLED' },
  { name: 'abrasf-2.04/CancelarNfseResposta-erro-E79.xml', outcome: 'DUPLICATE', codes: 'E79' },
  { name: 'abrasf-soap/fault-soap11.xml', outcome: 'UNKNOWN', codes: 's:Server' },
  { name: 'abrasf-soap/fault-soap12.xml', outcome: 'UNKNOWN', codes: 's:Receiver' },
  { name: 'abrasf-soap/response-GerarNfse-E10-return-element.xml', outcome: 'DUPLICATE', codes: 'E10' },
  { name: 'abrasf-soap/response-GerarNfse-cdata-outputXML.xml', outcome: 'ISSUED' },
  { name: 'abrasf-soap/response-GerarNfse-escaped-outputXML.xml', outcome: 'ISSUED' },
  { name: 'abrasf-soap/response-GerarNfse-inline-xml.xml', outcome: 'ISSUED' },
  { name: 'nacional/nfse-normal.xml', outcome: 'ISSUED' },
  { name: 'nacional/evento-cancelamento-101101.xml', outcome: 'CANCELLED' },
  { name: 'nacional-json/post-nfse-201.json', outcome: 'ISSUED' },
  { name: 'nacional-json/post-nfse-201-retencoes.json', outcome: 'ISSUED' },
  { name: 'nacional-json/post-nfse-400-E0014-dps-already-used.json', outcome: 'DUPLICATE', codes: 'E0014' },
  { name: 'nacional-json/post-nfse-400-E1217-maintenance.json', outcome: 'UNAVAILABLE', codes: 'E1217' },
  { name: 'nacional-json/post-nfse-400-E1235-schema.json', outcome: 'REJECTED', codes: 'E1235' },
  { name: 'nacional-json/post-nfse-400-RNG9999-uncatalogued.json', outcome: 'UNKNOWN', codes: 'RNG9999' },
  { name: 'nacional-json/post-nfse-400-multiple-camelcase.json', outcome: 'REJECTED', codes: 'E0188 E0240' },
  { name: 'nacional-json/post-nfse-403-certificate.json', outcome: 'REJECTED', codes: 'E1209' },
  { name: 'nacional-json/get-dps-200.json', outcome: 'FOUND' },
  {
    name: 'nacional-json/get-dps-404.json',
    outcome: 'UNKNOWN',
    codes: '[código]',
    given: { asked: 'find', status: 404 },
  },
  { name: 'nacional-json/get-nfse-200.json', outcome: 'FOUND' },
  { name: 'nacional-json/get-evento-200-eventos-list-double-base64.json', outcome: 'CANCELLED' },
  { name: 'nacional-json/get-evento-404-empty-envelope.json', outcome: 'UNKNOWN', given: { status: 404 } },
  { name: 'nacional-json/post-evento-201.json', outcome: 'CANCELLED' },
  { name: 'nacional-json/post-evento-400-E0822-deadline-erro-as-list.json', outcome: 'REJECTED', codes: 'E0822' },
  { name: 'nacional-json/post-evento-400-E0840-already-linked.json', outcome: 'DUPLICATE', codes: 'E0840' },
  { name: 'nacional-json/adn-dfe-200.json', outcome: 'CANCELLED' },
  { name: 'nacional-json/adn-dfe-404-none.json', outcome: 'UNKNOWN', codes: 'E2220' },
  { name: 'nacional-json/http-502-proxy.html', outcome: 'UNKNOWN' },
  { name: 'nacional-json/http-502-proxy.html', outcome: 'UNAVAILABLE', given: { asked: 'find', status: 502 } },
];

describe('the meaning of an answer', () => {
  needing(WITHOUT_FACTS, it).each(EXPECTED)('$name is $outcome', ({ name, outcome, codes = '', given = {} }) => {
    const explanation = explanationOf(sample(name), given);
    expect(explanation.outcome).toBe(outcome);
    expect(explanation.codes.map(({ code }) => code).join(' ')).toBe(codes);
    expect(explanation.next).toMatch(/\.$/);
  });

  needing(WITHOUT_FACTS, it)('is found in every sample, whatever it is', () => {
    for (const part of ['abrasf-2.04', 'abrasf-soap', 'nacional', 'nacional-json']) {
      for (const name of readdirSync(path.join(samples, part))) {
        const { provider, operation, outcome } = explanationOf(sample(`${part}/${name}`));
        expect([name, outcome, operation.length > 0]).toEqual([name, expect.stringMatching(/^[A-Z]+$/), true]);
        if (name !== 'http-502-proxy.html')
          expect([name, provider]).toEqual([name, part.split('-')[0]?.replace('nacional', 'national')]);
      }
    }
  });

  needing(WITHOUT_FACTS, it)('tells the note: amounts, customer, codes', () => {
    expect(explanationOf(sample('abrasf-2.04/GerarNfseResposta-com-alerta.xml')).note).toMatchObject({
      number: '202600000000502',
      verificationCode: 'E5F6G7H8',
      amount: '5000.00',
      netAmount: '4442.50',
      customerDocument: '12345678000195',
      description: expect.stringContaining('contrato 45/2026'),
    });
    expect(explanationOf(sample('nacional-json/post-nfse-201-retencoes.json')).note).toMatchObject({
      number: '103',
      amount: '10000.00',
      netAmount: '7343.25',
      accessKey: expect.stringMatching(/^\d{50}$/),
    });
  });

  it('never fails, whatever the bytes are', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string().map((text) => Buffer.from(`<${text}`)),
        ),
        (bytes) => {
          expect(explanationOf(bytes).outcome).toBe('UNKNOWN');
        },
      ),
    ));
});

/** What the verb wrote, and how it ended. */
async function run(content: string | Uint8Array, ...flags: readonly string[]) {
  writeFileSync(path.join(folder, 'answer'), content);
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = await explain(['answer', ...flags], { directory: folder, output });
  return { code, out, err };
}

const refusal = `<?xml version="1.0" encoding="ISO-8859-1"?><GerarNfseResposta><ListaMensagemRetorno><MensagemRetorno><Codigo>E62</Codigo><Mensagem>CEP não existe</Mensagem></MensagemRetorno></ListaMensagemRetorno></GerarNfseResposta>`;

describe('nfse explain', () => {
  it('ends with 1 for a refusal, and says what to correct and where', async () => {
    const { code, out } = await run(Buffer.from(refusal, 'latin1'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out.join(''))).toMatchObject({
      provider: 'abrasf',
      operation: 'GerarNfse',
      outcome: 'REJECTED',
      codes: [{ code: 'E62', class: 'FIX_DATA', pointer: '/customer/address/postalCode', source: 'CEP não existe' }],
    });
  });

  it('ends with 0 for a queue, in words', async () => {
    const { code, out } = await run('<EnviarLoteRpsResposta><Protocolo>P1</Protocolo></EnviarLoteRpsResposta>');
    expect(code).toBe(0);
    expect(out).toEqual([
      'PENDING (abrasf, RecepcionarLoteRps)',
      'Protocolo P1',
      expect.stringContaining('mais tarde'),
    ]);
  });

  it('takes a 429 at its word', async () => {
    expect((await run('', '--http', '429', '--operation', 'issue')).out[0]).toMatch(/^UNAVAILABLE/);
  });

  it.each([[['--operation', 'dance']], [['--http', '9']]])('ends with 2 for %j', async (flags) => {
    expect(await run('', ...flags)).toMatchObject({ code: 2, out: [], err: [expect.stringMatching(/\.$/)] });
  });

  it('ends with 2 without a file', async () => {
    const err: string[] = [];
    const output = { out: () => {}, err: (line: string) => void err.push(line) };
    expect(await explain([], { directory: folder, output })).toBe(2);
    expect(await explain(['nowhere'], { directory: folder, output })).toBe(2);
    expect(err).toHaveLength(2);
  });

  needing(WITHOUT_FACTS, it)('is understood with blanks, a NUL or a list around it, as people save and log it', () => {
    const json = sample('nacional-json/post-nfse-201.json').toString();
    const note = sample('nacional/nfse-normal.xml').toString();
    for (const text of [
      `\n\n ${json}\0`,
      JSON.stringify(json),
      `[${json}]`,
      JSON.stringify([json]),
      `\n  ${note}\n\0`,
    ]) {
      expect(explanationOf(Buffer.from(text))).toMatchObject({ outcome: 'ISSUED', note: { number: '101' } });
    }
    expect(explanationOf(Buffer.from(`${'['.repeat(200_000)}1${']'.repeat(200_000)}`)).outcome).toBe('UNKNOWN');
  });

  needing(WITHOUT_FACTS, it)('means the same out of the record that was kept of it', () => {
    const record = (name: string, status: number) => {
      const response = unpacked({ status, headers: {}, body: sample(name).toString() });
      return Buffer.from(JSON.stringify({ answers: 'inv_1/sent-1.json', at: '2026-11-10T12:31:00.000Z', response }));
    };
    for (const [name, status] of [
      ['nacional-json/post-nfse-201-retencoes.json', 201],
      ['nacional-json/post-evento-201.json', 201],
      ['nacional-json/get-dps-404.json', 404],
      ['abrasf-soap/response-GerarNfse-escaped-outputXML.xml', 200],
    ] as const) {
      expect(explanationOf(record(name, status)), name).toEqual(explanationOf(sample(name), { status }));
    }
    expect(record('nacional-json/post-nfse-201-retencoes.json', 201).toString()).toContain('{unpacked:0}');
    expect(explanationOf(record('nacional-json/post-nfse-201.json', 201), { status: 502 }).outcome).toBe('UNKNOWN');
  });

  it.each([
    ['an answer that never came', { answers: 'a', noAnswer: 'no answer in time', left: true }, 'UNKNOWN', /consulte/],
    ['a call that never left', { answers: 'a', noAnswer: 'connection refused', left: false }, 'UNAVAILABLE', /reenvie/],
    ['what was sent', { attempt: 'b', request: { method: 'GET', path: '/dps/1' } }, 'UNKNOWN', /nosso/],
  ])('is told apart from the record of %s', (_title, record, outcome, next) => {
    const explanation = explanationOf(Buffer.from(JSON.stringify(record)));
    expect(explanation).toMatchObject({ provider: 'unknown', outcome, next: expect.stringMatching(next) });
  });

  needing(WITHOUT_FACTS, it)('is no success under a status of failure, whatever it holds', () => {
    for (const name of [
      'nacional/nfse-normal.xml',
      'nacional/evento-cancelamento-101101.xml',
      'nacional-json/post-evento-201.json',
    ]) {
      expect(explanationOf(sample(name), { status: 502 }).outcome, name).toBe('UNKNOWN');
    }
  });

  needing(WITHOUT_FACTS, it)('says that sending again is safe only where a lookup has found nothing', () => {
    const safe = (name: string, given: Circumstances) => /é seguro/.test(explanationOf(sample(name), given).next ?? '');
    for (const name of ['nacional-json/get-dps-404.json', 'abrasf-2.04/ConsultarNfseRpsResposta-E4.xml']) {
      expect(safe(name, {})).toBe(true);
      expect(safe(name, { asked: 'issue' })).toBe(false);
      expect(safe(name, { asked: 'cancel' })).toBe(false);
    }
    for (const status of [401, 403, 429, 503]) expect(safe('nacional-json/get-dps-404.json', { status })).toBe(false);
    expect(explanationOf(sample('nacional-json/get-dps-404.json')).codes).toMatchObject([{ class: 'EMPTY' }]);
  });

  needing(WITHOUT_FACTS, it).each([
    ['nacional-json/post-nfse-400-E1235-schema.json', /avise quem mantém o sistema/],
    ['nacional-json/post-nfse-403-certificate.json', /cadastro, o certificado/],
    ['nacional-json/post-evento-400-E0822-deadline-erro-as-list.json', /análise fiscal/],
    ['nacional-json/post-evento-400-E0840-already-linked.json', /se ela está cancelada, está feito/],
    ['nacional-json/post-nfse-400-multiple-camelcase.json', /Corrija o que está indicado/],
  ])('of %s leads to what helps', (name, next) => expect(explanationOf(sample(name)).next).toMatch(next));
});
