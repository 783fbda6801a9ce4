import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../../test/facts.ts';
import { needing } from '../../../../test/needs.ts';
import { parseInvoiceId } from '../../../events/ids.ts';
import { buildDps } from '../../../nfse/national/dps-document.ts';
import { pack, unpack } from '../../../nfse/national/packaging.ts';
import { emission } from '../../../nfse/tax/sales.fixtures.ts';
import type { Cancellation, Submission } from '../provider.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../transport.ts';
import { nationalProvider } from './provider.ts';

const invoiceId = parseInvoiceId('inv_00000000000000000000000000') ?? expect.fail();
const dpsId = 'DPS310620021122233300018100001000000000000001';
const key = '31062002211222333000181000000000010126110000000176';
const head = { tipoAmbiente: 2, versaoAplicativo: 'x', dataHoraProcessamento: '2026-11-10T09:30:04.1202384-03:00' };

const sale: Submission = {
  invoiceId,
  companyCnpj: emission.companyCnpj,
  municipalityCode: emission.municipalityCode,
  dps: emission.dps,
  attempt: 0,
  document: buildDps(emission),
};
const cancellation: Cancellation = {
  invoiceId,
  companyCnpj: emission.companyCnpj,
  municipalityCode: emission.municipalityCode,
  dps: emission.dps,
  nfseNumber: '101',
  issuedAt: '2026-11-10T09:30:05-03:00',
  accessKey: key,
  reasonCode: '1',
  reason: 'Nota emitida com valor incorreto',
  at: '2026-11-10T18:00:00.123Z',
};

type Scripted = Partial<Omit<HttpResponse, 'body'>> & { readonly body?: unknown };

/** A provider whose authority gives these answers in turn; `asked` is what it was asked. */
function authority(...script: (Scripted | TransportError)[]) {
  const asked: HttpRequest[] = [];
  const provider = nationalProvider({
    environment: '2',
    softwareVersion: 'test',
    transport: async (request) => {
      asked.push(request);
      const next = script.shift() ?? expect.fail(`no answer left for ${request.method} ${request.path}`);
      if (next instanceof TransportError) throw next;
      const body = typeof next.body === 'string' ? next.body : JSON.stringify(next.body ?? {});
      return {
        status: next.status ?? 200,
        headers: next.headers ?? {},
        body,
        ...(next.texts && { texts: next.texts }),
      };
    },
  });
  return { provider, asked };
}

const issue = (answer: Scripted | TransportError) => authority(answer).provider.issue(sale);
const lostBefore = new TransportError('ECONNREFUSED', { sent: false });
const lostAfter = new TransportError('ECONNRESET', { sent: true });
const page = '<html><head><title>502 Bad Gateway</title></head></html>';
const note = `<?xml version="1.0"?><NFSe xmlns="http://www.sped.fazenda.gov.br/nfse" versao="1.01"><infNFSe Id="NFS${key}"><nNFSe>101</nNFSe><dhProc>2026-11-10T09:30:05-03:00</dhProc>${sale.document.replace(/<\?.*?\?>/, '')}</infNFSe></NFSe>`;
const noteOf = (change: (xml: string) => string) => ({ body: { ...head, nfseXmlGZipB64: pack(change(note)) } });
const found = { body: { ...head, idDps: dpsId, chaveAcesso: key } };
const absent = { status: 404, body: { ...head, erro: { codigo: 'E404', descricao: 'não existe' } } };

describe('issuing', () => {
  it('sends the stored document, packed', async () => {
    const { provider, asked } = authority({ status: 201, body: { ...head, chaveAcesso: key } });
    await provider.issue(sale);
    expect(asked).toMatchObject([{ method: 'POST', path: '/nfse' }]);
    expect(unpack(JSON.parse(asked[0]?.body ?? '').dpsXmlGZipB64)).toBe(sale.document);
  });

  it('tells whoever keeps the request what it packed, and unpacks nothing that was unpacked for the record', async () => {
    const packed = pack('<unread/>');
    const answer = { status: 201, body: { ...head, chaveAcesso: key, nfseXmlGZipB64: packed } };
    const { provider, asked } = authority({ ...answer, texts: new Map([[packed, note]]) });
    expect(await provider.issue(sale)).toMatchObject({ kind: 'issued', note: { nfseNumber: '101', xml: note } });
    const { body = '', texts } = asked[0] ?? expect.fail('nothing was asked');
    expect(texts?.get(JSON.parse(body).dpsXmlGZipB64)).toBe(sale.document);
  });

  it('reads its own declaration only for the time that an answer leaves out', async () => {
    const unreadable = { ...sale, document: '<DPS/>' };
    const told = { status: 201, body: { ...head, chaveAcesso: key } };
    expect(await authority(told).provider.issue(unreadable)).toMatchObject({ kind: 'issued' });
    const untold = { status: 201, body: { chaveAcesso: key } };
    expect(await authority(untold).provider.issue(sale)).toMatchObject({ note: { issuedAt: emission.issuedAt } });
  });

  it.each([
    [
      'a note',
      { status: 201, body: { ...head, idDps: dpsId, chaveAcesso: key, nfseXmlGZipB64: pack(note) } },
      'issued',
    ],
    ['a note, key in other case', { status: 201, body: { ...head, ChaveAcesso: ` ${key} ` } }, 'issued'],
    ['a note whose XML is damaged', { status: 201, body: { chaveAcesso: key, nfseXmlGZipB64: 'H4sI' } }, 'issued'],
    ['a note with alerts', { status: 201, body: { ...head, chaveAcesso: key, alertas: [{ codigo: 'A1' }] } }, 'issued'],
    ['a note of another declaration', { status: 201, body: { ...head, idDps: 'DPS1', chaveAcesso: key } }, 'unknown'],
    ['a success without a key', { status: 201, body: head }, 'unknown'],
    ['a success with a malformed key', { status: 201, body: { ...head, chaveAcesso: '../x' } }, 'unknown'],
    ['a success that is HTML', { status: 200, body: page }, 'unknown'],
    ['a success that is cut off', { status: 201, body: '{"chaveAcesso": "310' }, 'unknown'],
    ['a key under an error status', { status: 500, body: { ...head, chaveAcesso: key } }, 'unknown'],
    ['nothing but a list', { status: 200, body: [] }, 'unknown'],
    ['a gateway page', { status: 502, body: page }, 'unknown'],
    ['a 503 page', { status: 503, body: page }, 'unknown'],
    ['an empty 429', { status: 429, body: '' }, 'unavailable'],
    ['a redirect', { status: 302, body: '' }, 'unknown'],
    ['a scalar error of a gateway', { status: 500, body: { erro: 'upstream' } }, 'unknown'],
    ['a bare 403', { status: 403, body: page }, 'unknown'],
    ['a used number', { status: 400, body: { ...head, erros: [{ Codigo: 'E0014' }] } }, 'already-used'],
    [
      'a used number among others',
      { status: 400, body: { erros: [{ codigo: 'E0188' }, { codigo: 'E0014' }] } },
      'already-used',
    ],
    ['a refusal', { status: 400, body: { ...head, erros: [{ codigo: 'E0188' }] } }, 'rejected'],
    ['a refusal as one object', { status: 400, body: { ...head, erro: { Codigo: 'e0188' } } }, 'rejected'],
    ['a refusal under 500', { status: 500, body: { ...head, erros: [{ Codigo: 'E1235' }] } }, 'rejected'],
    ['maintenance', { status: 400, body: { ...head, erros: [{ Codigo: 'E1217' }] } }, 'unavailable'],
    ['an internal error', { status: 400, body: { ...head, erros: [{ Codigo: 'RNG9999' }] } }, 'unknown'],
    ['no connection', lostBefore, 'unavailable'],
    ['a connection lost after sending', lostAfter, 'unknown'],
  ] as const)('comes out of %s', async (_, answer, kind) => {
    expect(await issue(answer)).toMatchObject({ kind });
  });

  it.each([
    ['a note', [found, noteOf((xml) => xml)], { kind: 'already-used' }],
    ['no note', [absent], { kind: 'rejected' }],
    ['nothing readable', [{ status: 503, body: page }], { kind: 'unknown', answered: true }],
    ['a refusal of the lookup', [{ status: 403, body: { ...head, erro: { codigo: 'E1203' } } }], { kind: 'unknown' }],
  ] as const)('looks up after a code that no table has, and finds %s', async (_, script, outcome) => {
    const strange = { status: 400, body: { ...head, erros: [{ Codigo: 'E0777', Descricao: 'Erro inesperado' }] } };
    expect(await authority(strange, ...script).provider.issue(sale)).toMatchObject(outcome);
  });

  it('tells what no table has as it came, and blames nobody', async () => {
    const strange = { status: 400, body: { ...head, erros: [{ Codigo: 'x-77', Descricao: 'Erro inesperado' }] } };
    const outcome = await authority(strange, absent).provider.issue(sale);
    const error = outcome.kind === 'rejected' ? outcome.error : expect.fail(outcome.kind);
    expect(error).toMatchObject({ code: 'x-77', message: expect.stringContaining('x-77: «Erro inesperado»') });
    expect(error.howToFix).not.toMatch(/corrija/i);
  });

  it.each([
    ['a bare list', [{ codigo: 'E0188', descricao: 'CNPJ' }, { codigo: 'E0240' }]],
    ['a list of one', [{ codigo: 'E0188', descricao: 'CNPJ' }]],
    ['one object', { Codigo: 'E0188', Descricao: 'CNPJ' }],
    ['a text', 'E0188: CNPJ'],
    ['a list in an object', { ...head, erros: { erro: [{ codigo: 'E0188', descricao: 'CNPJ' }] } }],
    ['a list in a list', { ...head, erros: [[{ codigo: 'E0188', descricao: 'CNPJ' }]] }],
    ['the model of ABRASF', { listaMensagemRetorno: { mensagemRetorno: [{ codigo: 'E0188', mensagem: 'CNPJ' }] } }],
    ['JSON as a text', JSON.stringify({ ...head, erros: [{ codigo: 'E0188', descricao: 'CNPJ' }] })],
    ['JSON in a text', { ...head, erro: JSON.stringify({ codigo: 'E0188', descricao: 'CNPJ' }) }],
    ['the text of a message', { ...head, mensagem: 'E0188 - CNPJ' }],
    ['texts in a list', { ...head, erros: ['E0188 - CNPJ'] }],
    ['a text in erro', { ...head, erro: 'E0188 - CNPJ' }],
    ['one object in erros', { ...head, erros: { codigo: 'E0188', descricao: 'CNPJ' } }],
    ['one object with the head of the API', { ...head, codigo: 'E0188', descricao: 'CNPJ' }],
    ['a list in mensagens', { ...head, mensagens: [{ codigo: 'E0188', descricao: 'CNPJ' }] }],
    ['an object in the message', { ...head, erros: [{ mensagem: { codigo: 'E0188', descricao: 'CNPJ' } }] }],
  ])('reads a refusal in %s', async (_, body) => {
    expect(await issue({ status: 400, body: JSON.stringify(body) })).toMatchObject({
      kind: 'rejected',
      error: { code: 'E0188', source: expect.stringContaining('CNPJ') },
    });
  });

  it('reads the key from the note where the answer has none beside it', async () => {
    const answer = { status: 201, body: { ...head, chaveAcesso: null, nfseXmlGZipB64: pack(note) } };
    expect(await issue(answer)).toMatchObject({ kind: 'issued', note: { accessKey: key, xml: note } });
  });

  it('reads number and time from the key and the answer when the note itself is damaged', async () => {
    expect(await issue({ status: 201, body: { ...head, chaveAcesso: key, nfseXmlGZipB64: '?' } })).toEqual({
      kind: 'issued',
      note: {
        providerProtocol: `NFS${key}`,
        nfseNumber: '101',
        accessKey: key,
        issuedAt: '2026-11-10T09:30:04-03:00',
      },
    });
  });

  it('reports every code, the deciding one first, in the authority’s own words', async () => {
    const erros = [
      { codigo: 'E0240', descricao: '[CEP]', complemento: '30130000' },
      { codigo: 'E0188', descricao: '[CNPJ]' },
    ];
    expect(await issue({ status: 400, body: { ...head, erros } })).toEqual({
      kind: 'rejected',
      error: {
        code: 'E0240',
        field: '/customer/address/postalCode',
        message: 'O CEP do tomador não existe ou é de outro município. O CNPJ do tomador é inválido.',
        howToFix: 'Corrija o CEP ou o município do tomador. Confira os dígitos do CNPJ do tomador.',
        source: 'E0240: [CEP] - 30130000; E0188: [CNPJ]',
      },
    });
  });

  it('lets a defect of ours through, and sends nothing', async () => {
    const sign = () => {
      throw new RangeError('the document cannot be signed');
    };
    const transport = async () => expect.fail('something was sent');
    const provider = nationalProvider({ environment: '2', softwareVersion: 'test', transport, sign });
    await expect(provider.issue(sale)).rejects.toThrow(RangeError);
  });
});

describe('finding', () => {
  it.each([
    ['a certain absence', [absent], { kind: 'absent' }],
    ['an absence without messages', [{ status: 404, body: head }], { kind: 'absent' }],
    ['a 404 page of a web server', [{ status: 404, body: page }], { kind: 'unknown' }],
    ['a 404 of a gateway', [{ status: 404, body: { message: 'no route' } }], { kind: 'unknown' }],
    ['a refused certificate', [{ status: 403, body: { ...head, erro: { codigo: 'E1203' } } }], { kind: 'unknown' }],
    ['an overload', [{ status: 429, body: '' }], { kind: 'unavailable' }],
    ['an outage', [{ status: 503, body: page }], { kind: 'unavailable' }],
    ['an error of a gateway', [{ status: 503, body: { code: 'Down', message: 'x' } }], { kind: 'unavailable' }],
    ['no connection', [lostBefore], { kind: 'unavailable' }],
    ['a lost connection', [lostAfter], { kind: 'unknown' }],
    ['a success without a key', [{ body: { ...head, idDps: dpsId, chaveAcesso: null } }], { kind: 'unknown' }],
    [
      'a 404 that refuses the certificate',
      [{ status: 404, body: { ...head, erro: { codigo: 'E1203' } } }],
      { kind: 'unknown' },
    ],
    [
      'a 404 without the head of the API',
      [{ status: 404, body: { erro: { codigo: 'E9', descricao: 'x' } } }],
      { kind: 'unknown' },
    ],
    [
      'a refusal, which is an answer',
      [{ status: 400, body: [{ codigo: 'E0777' }] }],
      { kind: 'unknown', answered: true },
    ],
    ['our note', [found, noteOf((xml) => xml)], { kind: 'found', matches: true, note: { nfseNumber: '101' } }],
    [
      'a note of another amount',
      [found, noteOf((xml) => xml.replace('1500.00', '1500.01'))],
      { kind: 'found', matches: false },
    ],
    [
      'a note of another customer',
      [found, noteOf((xml) => xml.replace('12345678000195', '11222333000181'))],
      { kind: 'found', matches: false },
    ],
    [
      'a note of another service',
      [found, noteOf((xml) => xml.replace('010101', '010201'))],
      { kind: 'found', matches: false },
    ],
    ['a note that cannot be read', [found, { body: head }], { kind: 'unknown' }],
    [
      'a note under another key',
      [found, noteOf((xml) => xml.replace(key, key.replace(/76$/, '84')))],
      { kind: 'unknown' },
    ],
    ['a key and then an outage', [found, { status: 503, body: page }], { kind: 'unavailable' }],
  ] as const)('comes out of %s', async (_, script, outcome) => {
    expect(await authority(...script).provider.find(sale)).toMatchObject(outcome);
  });

  it('asks by the id of the declaration', async () => {
    const { provider, asked } = authority(absent);
    await provider.find(sale);
    expect(asked).toEqual([{ method: 'GET', path: `/dps/${dpsId}` }]);
  });
});

const entry = { chaveAcesso: key, tipoEvento: 101101, dataHoraRecebimento: '2026-11-10T15:00:02.317', arquivoXml: '?' };
const event = { body: { ...head, eventos: [entry] } };
const late = { status: 400, body: { ...head, erro: [{ codigo: 'E0822' }] } };
const inTheWay = { status: 400, body: { ...head, erro: { codigo: 'E0840' } } };

describe('cancelling', () => {
  it.each([
    ['a connection lost, the event there', [lostAfter, event], 'cancelled'],
    ['a connection lost, the event not there', [lostAfter, absent], 'unknown'],
    ['a connection lost twice', [lostAfter, lostBefore], 'unknown'],
    ['no connection', [lostBefore], 'unavailable'],
    ['a gateway page, the event there', [{ status: 502, body: page }, event], 'cancelled'],
    ['a success that cannot be read, the event there', [{ status: 201, body: head }, event], 'cancelled'],
    ['another event in the way: this one', [inTheWay, event], 'cancelled'],
    ['another event in the way: none that cancels', [inTheWay, absent, absent, absent, absent], 'rejected'],
    ['another event in the way, and an outage', [inTheWay, { status: 503, body: page }], 'unknown'],
    ['a deadline passed, told as a list', [late, absent], 'rejected'],
    ['a deadline passed after the request was granted and its answer lost', [late, event], 'cancelled'],
    ['maintenance', [{ status: 400, body: { ...head, erro: { codigo: 'E1217' } } }], 'unavailable'],
    [
      'an internal error, the event there',
      [{ status: 500, body: { erro: { codigo: 'RNG9999' } } }, event],
      'cancelled',
    ],
    ['an overload', [{ status: 429, body: '' }], 'unavailable'],
  ] as const)('comes out of %s', async (_, script, kind) => {
    expect(await authority(...script).provider.cancel(cancellation)).toMatchObject({ kind });
  });

  it('finds a note replaced by another one cancelled', async () => {
    const replaced = { body: { ...head, eventos: [{ ...entry, tipoEvento: 105102 }] } };
    expect(await authority(inTheWay, absent, replaced).provider.cancel(cancellation)).toMatchObject({
      kind: 'cancelled',
      protocol: `EVT${key}105102001`,
    });
  });

  it.each([
    ['granted by the city after an analysis', '105104', 'cancelled'],
    ['cancelled by the city', '305101', 'cancelled'],
    ['whose analysis was asked for', '101103', 'rejected'],
    ['whose analysis was refused', '105105', 'rejected'],
  ])('reads all events of a list, not the first alone: one %s', async (_, type, kind) => {
    const list = {
      ...head,
      eventos: [
        { ...entry, tipoEvento: 202205 },
        { ...entry, tipoEvento: Number(type) },
      ],
    };
    expect(await authority(late, { body: list }).provider.cancel(cancellation)).toMatchObject({ kind });
  });

  it('takes no event for another note’s, or for another event than its document is', async () => {
    const other = { ...entry, chaveAcesso: key.replace(/^31/, '35') };
    const xml = `<evento xmlns="http://www.sped.fazenda.gov.br/nfse"><infEvento Id="EVT1"><dhProc>2026-11-10T15:00:02-03:00</dhProc><pedRegEvento><infPedReg><chNFSe>${key}</chNFSe><e101103/></infPedReg></pedRegEvento></infEvento></evento>`;
    for (const one of [other, { ...entry, arquivoXml: pack(xml) }]) {
      const list = { body: { ...head, eventos: [one] } };
      expect(await authority(late, list).provider.cancel(cancellation)).not.toMatchObject({ kind: 'cancelled' });
    }
  });

  it('writes the time of the municipality', async () => {
    const { provider, asked } = authority(lostBefore);
    await provider.cancel(cancellation);
    const request = unpack(JSON.parse(asked[0]?.body ?? '').pedidoRegistroEventoXmlGZipB64);
    expect(request).toContain('<dhEvento>2026-11-10T15:00:00-03:00</dhEvento>');
  });

  it.each(['3', '', '01'])('with the reason code "%s" asks nobody', async (reasonCode) => {
    const { provider } = authority();
    expect(await provider.cancel({ ...cancellation, reasonCode })).toMatchObject({ error: { field: '/reasonCode' } });
  });
});

describe('the sample answers of production', () => {
  const body = (name: string) => factFile(`samples/nacional-json/${name}`);

  needing(WITHOUT_FACTS, it).each([
    ['post-nfse-201.json', 201, { kind: 'issued', note: { nfseNumber: '101', issuedAt: '2026-11-10T09:30:04-03:00' } }],
    ['post-nfse-400-E0014-dps-already-used.json', 400, { kind: 'already-used' }],
    ['post-nfse-400-E1217-maintenance.json', 400, { kind: 'unavailable' }],
    ['post-nfse-400-E1235-schema.json', 400, { kind: 'rejected', error: { code: 'E1235' } }],
    ['post-nfse-400-RNG9999-uncatalogued.json', 400, { kind: 'unknown' }],
    [
      'post-nfse-400-multiple-camelcase.json',
      400,
      { kind: 'rejected', error: { code: 'E0188', field: '/customer/cnpj' } },
    ],
    ['post-nfse-403-certificate.json', 403, { kind: 'rejected', error: { code: 'E1209' } }],
    ['http-502-proxy.html', 502, { kind: 'unknown' }],
  ])('%s to a declaration', async (name, status, outcome) => {
    expect(await issue({ status, body: body(name) })).toMatchObject(outcome);
  });

  needing(WITHOUT_FACTS, it)('to a lookup: found, fetched and ours', async () => {
    const { provider } = authority({ body: body('get-dps-200.json') }, { body: body('get-nfse-200.json') });
    const document = factFile('samples/nacional/dps-normal.xml') ?? '';
    expect(await provider.find({ ...sale, document })).toMatchObject({ kind: 'found', matches: true });
    const again = authority({ body: body('get-dps-200.json') }, { body: body('get-nfse-200.json') });
    expect(await again.provider.find(sale)).toMatchObject({ kind: 'found', matches: false });
  });

  needing(WITHOUT_FACTS, it)('to a lookup: absent', async () => {
    const { provider } = authority({ status: 404, body: body('get-dps-404.json') });
    expect(await provider.find(sale)).toEqual({ kind: 'absent' });
  });

  needing(WITHOUT_FACTS, it).each([
    ['registered', [['post-evento-201.json', 201]], { kind: 'cancelled', cancelledAt: '2026-11-10T15:00:02-03:00' }],
    ['after the deadline', [['post-evento-400-E0822-deadline-erro-as-list.json', 400]], { kind: 'rejected' }],
    [
      'registered before',
      [
        ['post-evento-400-E0840-already-linked.json', 400],
        ['get-evento-200-eventos-list-double-base64.json', 200],
      ],
      { kind: 'cancelled', protocol: `EVT${key}101101001`, cancelledAt: '2026-11-10T15:00:02-03:00' },
    ],
  ] as [string, [string, number][], object][])('to a cancellation: %s', async (_, answers, outcome) => {
    const { provider } = authority(...answers.map(([name, status]) => ({ status, body: body(name) })), absent);
    expect(await provider.cancel(cancellation)).toMatchObject(outcome);
  });
});
