import { describe, expect, it } from 'vitest';
import { BATCH, OLD, SINGLE, standInProfiles } from '../local/municipality-profiles.ts';
import { explanationOf } from '../src/cli/explain.ts';
import type { Circumstances } from '../src/cli/explanation.ts';
import { type AbrasfProfile, profilesFrom } from '../src/nfse/municipality-profiles/profiles.ts';
import { buildDps } from '../src/nfse/national/dps-document.ts';
import { emission } from '../src/nfse/tax/sales.fixtures.ts';
import { abrasfProvider } from '../src/worker/providers/abrasf/provider.ts';
import { nationalProvider } from '../src/worker/providers/national/provider.ts';
import type { Cancellation, Provider, Submission } from '../src/worker/providers/provider.ts';
import type { HttpRequest } from '../src/worker/providers/transport.ts';
import { factFile, WITHOUT_FACTS } from './facts.ts';
import { invoiceId } from './invoices.ts';
import { needing } from './needs.ts';

/** The answers of public bug reports: what each means to a person who asks, and what the worker does about it. */
const caseOf = (name: string) => factFile(`cases/answers/${name}`) ?? '';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const ok = (body: string): Answer => ({ status: 200, body });
const absentRps = ok(
  '<ConsultarNfseRpsResposta><ListaMensagemRetorno><MensagemRetorno><Codigo>E4</Codigo><Mensagem>RPS não encontrado</Mensagem></MensagemRetorno></ListaMensagemRetorno></ConsultarNfseRpsResposta>',
);

/** A city or the national system that gives these answers in turn, and what it was asked. */
function answering(script: readonly Answer[], municipality: string | 'national') {
  const asked: string[] = [];
  const left = [...script];
  const transport = async ({ method, path, headers }: HttpRequest) => {
    asked.push(
      municipality === 'national' ? `${method} ${path}` : (headers?.soapaction ?? headers?.['content-type'] ?? ''),
    );
    return { headers: {}, ...(left.shift() ?? expect.fail(`no answer left for ${method} ${path}`)) };
  };
  const provider: Provider =
    municipality === 'national'
      ? nationalProvider({ transport, environment: '2', softwareVersion: 'test' })
      : abrasfProvider({
          transport,
          environment: '2',
          profile: profilesFrom(standInProfiles('http://127.0.0.1:9'))(municipality) as AbrasfProfile,
        });
  const operations = () => asked.map((action) => /(\w+)"?$/.exec(action)?.[1]);
  return { provider, asked, operations };
}

const rps = (number: number, municipalityCode: string): Submission => ({
  invoiceId,
  companyCnpj: '11222333000181',
  municipalityCode,
  dps: { series: '1', number },
  attempt: 0,
  document: `<Rps><InfDeclaracaoPrestacaoServico><Rps><IdentificacaoRps><Numero>${number}</Numero><Serie>1</Serie></IdentificacaoRps><DataEmissao>2026-11-24</DataEmissao></Rps><Servico><Valores><ValorServicos>900.00</ValorServicos></Valores><ItemListaServico>01.07</ItemListaServico></Servico><Prestador><CpfCnpj><Cnpj>11222333000181</Cnpj></CpfCnpj></Prestador><TomadorServico><IdentificacaoTomador><CpfCnpj><Cnpj>12345678000195</Cnpj></CpfCnpj></IdentificacaoTomador></TomadorServico></InfDeclaracaoPrestacaoServico></Rps>`,
});
const dps: Submission = { ...rps(1, emission.municipalityCode), dps: emission.dps, document: buildDps(emission) };
const cancellation = (municipalityCode: string, more: Partial<Cancellation> = {}): Cancellation => ({
  invoiceId,
  companyCnpj: '11222333000181',
  municipalityCode,
  dps: { series: '1', number: 88 },
  nfseNumber: '731',
  issuedAt: '2026-11-24T09:40:00-03:00',
  reasonCode: '1',
  reason: 'Nota emitida com valor incorreto',
  at: '2026-11-24T12:41:00.000Z',
  ...more,
});

interface Case {
  readonly name: string;
  readonly means: string;
  readonly given?: Circumstances;
  readonly explained: object;
  /** What `next` must not say. */
  readonly never?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'A01-curitiba-cancel-result.xml',
    means: 'cancelled',
    explained: {
      outcome: 'CANCELLED',
      operation: 'CancelarNfse',
      note: { number: '731', cancelledAt: '2026-11-24T09:41:07' },
    },
  },
  {
    name: 'A02-curitiba-lote-tcCompNfse.xml',
    means: 'note 731',
    explained: { outcome: 'FOUND', operation: 'ConsultarLoteRps', note: { number: '731', dps: { number: '88' } } },
  },
  {
    name: 'A03-lowercase-mensagem.xml',
    means: 'a refusal',
    explained: {
      outcome: 'REJECTED',
      codes: [{ code: 'E42', source: expect.stringContaining('Informe o codigo do municipio') }],
    },
  },
  {
    name: 'A04-abrasf-envelope-national-note.xml',
    means: 'note 345 with its key',
    explained: {
      outcome: 'ISSUED',
      note: {
        number: '345',
        amount: '900.00',
        accessKey: '26079011211222333000181000000000034526110044556670',
        dps: { series: '1', number: '77' },
      },
    },
  },
  {
    name: 'A06-betha-00000-unknown-error.xml',
    means: 'nobody’s proven fault',
    explained: {
      outcome: 'UNKNOWN',
      codes: [{ code: '00000', class: 'UNLISTED', message: expect.stringContaining('java.lang.NullPointerException') }],
      next: expect.stringContaining('consulte a nota'),
    },
    never: /corrija/i,
  },
  {
    name: 'A07-ginfes-situacao-3-without-reason.xml',
    means: 'nothing final',
    explained: { outcome: 'UNKNOWN', next: expect.stringContaining('ConsultarLoteRps') },
    never: /reenv/,
  },
  {
    name: 'A11-400-top-level-list.json',
    means: 'a refusal by two codes',
    given: { asked: 'issue', status: 400 },
    explained: { outcome: 'REJECTED', codes: [{ code: 'E0188' }, { code: 'E0240' }] },
  },
  {
    name: 'A13-get-dps-200-no-key.json',
    means: 'neither found nor absent',
    given: { asked: 'find', status: 200 },
    explained: { outcome: 'UNKNOWN' },
    never: /reenv|seguro/,
  },
  {
    name: 'A15-eventos-analysis-refused.json',
    means: 'that the note stands',
    explained: { outcome: 'FOUND', note: { number: '101' }, next: expect.stringContaining('continua válida') },
  },
  {
    name: 'A16-adn-eventos-analysis-granted.json',
    means: 'cancelled',
    explained: { outcome: 'CANCELLED', note: { number: '101', cancelledAt: '2026-11-23T09:00:00-03:00' } },
  },
  {
    name: 'A18-503-html-on-lookup.html',
    means: 'unavailable',
    given: { asked: 'find', status: 503 },
    explained: { outcome: 'UNAVAILABLE', next: expect.stringContaining('consulte outra vez') },
    never: /reenv/,
  },
  {
    name: 'A23-client-certificate-not-seen-E4007.json',
    means: 'a matter of the certificate',
    given: { status: 400 },
    explained: {
      outcome: 'REJECTED',
      codes: [{ code: 'E4007', class: 'CONFIG' }],
      next: expect.stringContaining('certificado'),
    },
  },
  {
    name: 'D08-issnet-lookup-answer-E160.xml',
    means: 'a lookup that was refused',
    explained: { outcome: 'UNKNOWN', next: expect.stringContaining('não diz se a nota existe') },
    never: /reenv/,
  },
];

describe('to a person', () => {
  needing(WITHOUT_FACTS, it).each(CASES)('$name means $means', ({ name, given, explained, never }) => {
    const explanation = explanationOf(Buffer.from(caseOf(name)), given);
    expect(explanation).toMatchObject(explained);
    if (never) expect(explanation.next).not.toMatch(never);
  });

  needing(WITHOUT_FACTS, it)('no event of a refused analysis says that the note is cancelled', () => {
    const explanation = explanationOf(Buffer.from(caseOf('A15-eventos-analysis-refused.json')));
    expect(explanation.note).not.toHaveProperty('cancelledAt');
  });

  needing(WITHOUT_FACTS, it)('no answer to a lookup but a stated absence leads to sending again', () => {
    for (const { name } of CASES) {
      for (const status of [undefined, 400, 401, 403, 429, 500, 503]) {
        const { next } = explanationOf(Buffer.from(caseOf(name)), { asked: 'find', status });
        expect([name, status, next]).not.toEqual([name, status, expect.stringMatching(/é seguro|reenvie/)]);
      }
    }
  });
});

describe('to the worker', () => {
  needing(WITHOUT_FACTS, it)('A01 is a cancellation', async () => {
    const { provider } = answering([ok(caseOf('A01-curitiba-cancel-result.xml'))], SINGLE);
    expect(await provider.cancel(cancellation(SINGLE))).toMatchObject({
      kind: 'cancelled',
      cancelledAt: '2026-11-24T09:41:07-03:00',
    });
  });

  needing(WITHOUT_FACTS, it)('A02 is the note of the batch', async () => {
    const processed = ok('<ConsultarSituacaoLoteRpsResposta><Situacao>4</Situacao></ConsultarSituacaoLoteRpsResposta>');
    const { provider } = answering([processed, ok(caseOf('A02-curitiba-lote-tcCompNfse.xml'))], OLD);
    expect(await provider.find({ ...rps(88, OLD), protocol: 'P1' })).toMatchObject({
      kind: 'found',
      matches: true,
      note: { nfseNumber: '731', verificationCode: 'K7PQ288' },
    });
  });

  needing(WITHOUT_FACTS, it)('A03 is a refusal that says what to correct', async () => {
    const { provider } = answering([ok(caseOf('A03-lowercase-mensagem.xml'))], BATCH);
    expect(await provider.issue(rps(88, BATCH))).toMatchObject({
      kind: 'rejected',
      error: { code: 'E42', field: '/service/municipalityCode', source: expect.stringContaining('nao informado') },
    });
  });

  needing(WITHOUT_FACTS, it)('A04 is a note with its access key', async () => {
    const { provider } = answering([ok(caseOf('A04-abrasf-envelope-national-note.xml'))], BATCH);
    expect(await provider.issue(rps(77, BATCH))).toMatchObject({
      kind: 'issued',
      note: {
        nfseNumber: '345',
        accessKey: '26079011211222333000181000000000034526110044556670',
        issuedAt: '2026-11-24T08:00:04-03:00',
      },
    });
  });

  needing(WITHOUT_FACTS, it).each([
    ['absent', [absentRps], 'rejected'],
    ['nothing that could be told', [ok(caseOf('A06-betha-00000-unknown-error.xml'))], 'unknown'],
    ['an outage', [{ status: 503, body: '' }], 'unknown'],
  ] as const)('A06 is looked up: %s', async (_, script, kind) => {
    const { provider, operations } = answering([ok(caseOf('A06-betha-00000-unknown-error.xml')), ...script], SINGLE);
    const outcome = await provider.issue(rps(88, SINGLE));
    expect(outcome).toMatchObject({ kind });
    expect(operations()).toEqual(['GerarNfse', 'ConsultarNfsePorRps']);
    if (outcome.kind !== 'rejected') return;
    expect(outcome.error).toMatchObject({ code: '00000', message: expect.stringContaining('NullPointerException') });
    expect(outcome.error.howToFix).not.toMatch(/corrija/i);
  });

  needing(WITHOUT_FACTS, it)(
    'A07 asks for the batch and the RPS, and only then may the document be sent again',
    async () => {
      const failed = ok(caseOf('A07-ginfes-situacao-3-without-reason.xml'));
      const empty = ok('<ConsultarLoteRpsResposta><ListaNfse/></ConsultarLoteRpsResposta>');
      const { provider, operations } = answering([failed, empty, absentRps], OLD);
      expect(await provider.find({ ...rps(88, OLD), protocol: 'P1' })).toEqual({ kind: 'absent' });
      expect(operations()).toEqual(['ConsultarSituacaoLoteRps', 'ConsultarLoteRps', 'ConsultarNfsePorRps']);
      const silent = answering([failed, empty, { status: 503, body: '' }], OLD);
      expect(await silent.provider.find({ ...rps(88, OLD), protocol: 'P1' })).toMatchObject({ kind: 'unavailable' });
    },
  );

  needing(WITHOUT_FACTS, it)('A11 is a refusal that tells both codes', async () => {
    const { provider } = answering([{ status: 400, body: caseOf('A11-400-top-level-list.json') }], 'national');
    expect(await provider.issue(dps)).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0188', source: expect.stringMatching(/E0188.*E0240/) },
    });
  });

  needing(WITHOUT_FACTS, it).each([
    ['A13-get-dps-200-no-key.json', 200, 'unknown'],
    ['A18-503-html-on-lookup.html', 503, 'unavailable'],
    ['A23-client-certificate-not-seen-E4007.json', 400, 'unknown'],
    ['A23-client-certificate-not-seen-E4007.json', 404, 'unknown'],
  ] as const)('%s (HTTP %s) to a lookup is neither found nor absent', async (name, status, kind) => {
    const { provider } = answering([{ status, body: caseOf(name) }], 'national');
    expect(await provider.find(dps)).toMatchObject({ kind });
  });

  needing(WITHOUT_FACTS, it)('A15 leaves the note as it is, and A16 is its cancellation', async () => {
    const late = { status: 400, body: '{"erro":{"codigo":"E0822","descricao":"prazo"}}' };
    const accessKey = '31062002211222333000181000000000010126110000000176';
    const asked = cancellation(emission.municipalityCode, { accessKey, nfseNumber: '101' });
    const refused = answering([late, ok(caseOf('A15-eventos-analysis-refused.json'))], 'national');
    expect(await refused.provider.cancel(asked)).toMatchObject({ kind: 'rejected', error: { code: 'E0822' } });
    const granted = answering([late, ok(caseOf('A16-adn-eventos-analysis-granted.json'))], 'national');
    expect(await granted.provider.cancel(asked)).toMatchObject({
      kind: 'cancelled',
      cancelledAt: '2026-11-23T09:00:00-03:00',
    });
  });

  needing(WITHOUT_FACTS, it)('A23 fails the invoice with what to do about the certificate', async () => {
    const body = caseOf('A23-client-certificate-not-seen-E4007.json');
    const { provider } = answering([{ status: 400, body }], 'national');
    expect(await provider.issue(dps)).toMatchObject({
      kind: 'rejected',
      error: { code: 'E4007', howToFix: expect.stringContaining('certificado') },
    });
  });

  it.each([
    ['that the question is wrong', 'soap:Client', { kind: 'unknown', answered: true }],
    ['that the service failed', 'soap:Server', { kind: 'unavailable' }],
  ])('a SOAP fault says %s', async (_, code, outcome) => {
    const fault = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>${code}</faultcode><faultstring>x</faultstring></s:Fault></s:Body></s:Envelope>`;
    const { provider } = answering([{ status: 500, body: fault }], SINGLE);
    expect(await provider.find(rps(15, SINGLE))).toMatchObject(outcome);
    const told = explanationOf(Buffer.from(fault), { asked: 'find', status: 500 });
    expect(told.outcome).toBe(outcome.kind.toUpperCase());
  });

  needing(WITHOUT_FACTS, it)('D08 leaves the outcome unknown, of an authority that is not silent', async () => {
    const { provider } = answering([ok(caseOf('D08-issnet-lookup-answer-E160.xml'))], SINGLE);
    expect(await provider.find(rps(15, SINGLE))).toMatchObject({ kind: 'unknown', answered: true });
  });
});
