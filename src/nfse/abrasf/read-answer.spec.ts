import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { type AbrasfAnswer, readAnswer } from './read-answer.ts';
import { unwrap } from './unwrap.ts';
import type { VendorNames } from './vendor-names.ts';

function answerIn(text: string, names: VendorNames = {}): AbrasfAnswer {
  const found = unwrap(text, names);
  return found.kind === 'payload' ? readAnswer(found.root) : expect.fail(found.kind);
}

const soap = (content: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${content}</s:Body></s:Envelope>`;
const note = (number: number, extra = '') =>
  `<InfNfse><Numero>${number}</Numero><CodigoVerificacao>AB${number}</CodigoVerificacao><DataEmissao>2026-11-24T09:40:00</DataEmissao><IdentificacaoRps><Numero>${number - 600}</Numero><Serie>1</Serie></IdentificacaoRps>${extra}</InfNfse>`;
const message = '<Codigo>E42</Codigo><Mensagem>Falta o município</Mensagem>';

describe('the cases of public bug reports', () => {
  const read = (name: string) => answerIn(factFile(`cases/answers/${name}.xml`) ?? '');

  needing(WITHOUT_FACTS, it)('a confirmation beside an empty list of messages is a cancellation', () =>
    expect(read('A01-curitiba-cancel-result')).toMatchObject({
      cancellation: { nfseNumber: '731', at: '2026-11-24T09:41:07' },
      messages: [],
    }),
  );

  needing(WITHOUT_FACTS, it)('a note under the name of its type is a note', () =>
    expect(read('A02-curitiba-lote-tcCompNfse').notes).toMatchObject([
      { number: '731', rps: { number: '88', series: '1' }, amount: 90_000, verificationCode: 'K7PQ288' },
    ]),
  );

  needing(WITHOUT_FACTS, it)('a message in lower case is a message', () =>
    expect(read('A03-lowercase-mensagem').messages).toEqual([
      {
        code: 'E42',
        text: 'Codigo do municipio da prestacao nao informado',
        correction: 'Informe o codigo do municipio',
        rpsNumber: undefined,
      },
    ]),
  );

  needing(WITHOUT_FACTS, it)('a note of the national layout in an answer of the model is a note, with its key', () =>
    expect(read('A04-abrasf-envelope-national-note').notes).toMatchObject([
      {
        number: '345',
        accessKey: '26079011211222333000181000000000034526110044556670',
        rps: { series: '1', number: '77' },
        amount: 90_000,
        issuerDocument: '11222333000181',
        customerDocument: '12345678000195',
        serviceItem: '0107',
        issuedAt: '2026-11-24T08:00:04',
        cancellation: undefined,
      },
    ]),
  );
});

describe('the element with content decides', () => {
  it.each([
    [
      'an empty list before it',
      `<R><ListaMensagemRetorno/><ListaNfse><CompNfse><Nfse>${note(701)}</Nfse></CompNfse></ListaNfse></R>`,
    ],
    ['an empty answer before it', `<GerarNfseResposta/><OutraResposta><Nfse>${note(701)}</Nfse></OutraResposta>`],
    ['an empty wrapper of the same name', `<R><CompNfse/><CompNfse><Nfse>${note(701)}</Nfse></CompNfse></R>`],
    [
      'an empty parameter before it',
      `<R><outputXML/><return><![CDATA[<GerarNfseResposta><Nfse>${note(701)}</Nfse></GerarNfseResposta>]]></return></R>`,
    ],
    [
      'an answer of nothing as text before it',
      `<R><a><![CDATA[<GerarNfseResposta/>]]></a><b><![CDATA[<GerarNfseResposta><Nfse>${note(701)}</Nfse></GerarNfseResposta>]]></b></R>`,
    ],
    ['no wrapper but the list', `<R><ListaNfse>${note(701)}</ListaNfse></R>`],
    [
      'the names of types in capitals',
      `<R><TCCOMPNFSE><TCINFNFSE>${note(701).slice('<InfNfse>'.length, -'</InfNfse>'.length)}</TCINFNFSE></TCCOMPNFSE></R>`,
    ],
    [
      'a time of sending beside it',
      `<R><return><![CDATA[<GerarNfseResposta><DataHoraEnvio>2026-11-24</DataHoraEnvio><Nfse>${note(701)}</Nfse></GerarNfseResposta>]]></return></R>`,
    ],
    [
      'an empty confirmation beside it',
      `<R><CompNfse><Nfse>${note(701)}</Nfse><NfseCancelamento><Confirmacao/></NfseCancelamento></CompNfse></R>`,
    ],
    ['an empty cancellation beside it', `<R><CompNfse><Nfse>${note(701)}</Nfse><NfseCancelamento/></CompNfse></R>`],
    [
      'a refused cancellation beside it',
      `<R><CompNfse><Nfse>${note(701)}</Nfse><NfseCancelamento><Confirmacao><Inf><Sucesso>false</Sucesso><DataHora>2026-11-24T10:00:00</DataHora></Inf></Confirmacao></NfseCancelamento></CompNfse></R>`,
    ],
  ])('a note with %s', (_, content) =>
    expect(answerIn(soap(content))).toMatchObject({
      notes: [{ number: '701', rps: { number: '101' }, cancellation: undefined }],
      messages: [],
      cancellation: undefined,
    }),
  );

  it.each([
    [
      'Cancelamento',
      '<RetCancelamento/><Cancelamento><Confirmacao><DataHoraCancelamento>2026-11-24T10:00:00</DataHoraCancelamento></Confirmacao></Cancelamento>',
    ],
    [
      'the type of the confirmation',
      '<tcCancelamentoNfse><tcConfirmacaoCancelamento><DataHora>2026-11-24T10:00:00</DataHora></tcConfirmacaoCancelamento></tcCancelamentoNfse>',
    ],
    ['a flag', '<Cancelamento/><Sucesso>S</Sucesso><DataHora>2026-11-24T10:00:00</DataHora>'],
    ['nothing but a confirmation', '<confirmacao><datahora>2026-11-24T10:00:00</datahora></confirmacao>'],
  ])('a cancellation told by %s', (_, content) =>
    expect(
      answerIn(soap(`<CancelarNfseResponse><ListaMensagemRetorno/>${content}</CancelarNfseResponse>`)),
    ).toMatchObject({
      cancellation: { at: '2026-11-24T10:00:00' },
    }),
  );

  it.each([
    ['an empty one', '<Cancelamento><Confirmacao/></Cancelamento>'],
    ['a flag that denies it', '<Sucesso>false</Sucesso><DataHora>2026-11-24T10:00:00</DataHora>'],
    [
      'the date of nothing',
      '<Cancelamento><DataHoraCancelamento>0001-01-01T00:00:00</DataHoraCancelamento></Cancelamento>',
    ],
  ])('no cancellation is told by %s', (_, content) =>
    expect(
      answerIn(soap(`<CancelarNfseResponse><Protocolo>1</Protocolo>${content}</CancelarNfseResponse>`)).cancellation,
    ).toBeUndefined(),
  );
});

describe('a note under a vendor’s names', () => {
  const wrapped = (before: string, after: string) =>
    soap(`<R><ListaNfse>${before}${note(701)}${after}</ListaNfse></R>`);
  it.each([
    ['by type', wrapped('<tcCompNfse><tcNfse>', '</tcNfse></tcCompNfse>').replaceAll('InfNfse', 'tcInfNfse')],
    ['by type inside the model’s', wrapped('<CompNfse><tcCompNfse><Nfse>', '</Nfse></tcCompNfse></CompNfse>')],
    ['ComplNfse', wrapped('<ComplNfse><Nfse>', '</Nfse></ComplNfse>')],
    ['in capitals', wrapped('<COMPNFSE><NFSE>', '</NFSE></COMPNFSE>').replaceAll('InfNfse', 'INFNFSE')],
    [
      'with a prefix',
      wrapped('<n:compNfse xmlns:n="x"><n:nfse>', '</n:nfse></n:compNfse>').replaceAll('InfNfse>', 'n:infNfse>'),
    ],
    [
      'in both ways',
      wrapped(`<tcCompNfse><Nfse>${note(701)}</Nfse></tcCompNfse><CompNfse><Nfse>`, '</Nfse></CompNfse>'),
    ],
  ])('%s is read, and counted once', (_, xml) =>
    expect(answerIn(xml).notes).toMatchObject([{ number: '701', verificationCode: 'AB701', rps: { number: '101' } }]),
  );

  it('that its dialect alone has is read', () => {
    const xml = soap(
      `<R><Documento>${note(701).replaceAll('InfNfse', 'DadosDaNota')}</Documento><Protocolo>1</Protocolo></R>`,
    );
    expect(answerIn(xml).notes).toEqual([]);
    expect(answerIn(xml, { dadosdanota: 'InfNfse' }).notes).toMatchObject([{ number: '701' }]);
  });
});

describe('every sign of a cancelled note counts', () => {
  const one = (inside: string, beside = '') => `<CompNfse><Nfse>${note(701, inside)}</Nfse>${beside}</CompNfse>`;
  const event = (type: string) =>
    `<evento xmlns="http://www.sped.fazenda.gov.br/nfse"><infEvento Id="EVT1"><dhProc>2026-11-24T10:00:00-03:00</dhProc><pedRegEvento><infPedReg><e${type}/></infPedReg></pedRegEvento></infEvento></evento>`;
  const cancelled = (content: string) => answerIn(soap(`<R>${content}</R>`)).notes[0]?.cancellation !== undefined;

  it.each([
    [
      'a confirmation',
      one(
        '',
        '<NfseCancelamento><Confirmacao><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></NfseCancelamento>',
      ),
    ],
    ['a time of cancellation', one('<DataCancelamento>2026-11-24T10:00:00</DataCancelamento>')],
    ['a status', one('<StatusNfse>2</StatusNfse>')],
    ['a status in words', one('<Situacao>Cancelada</Situacao>')],
    ['a status beside the note', one('', '<situacaoNfse>C</situacaoNfse>')],
    ['a flag', one('<NfseCancelada>true</NfseCancelada>')],
    [
      'an event elsewhere in the answer',
      `${one('')}<Cancelamento><Confirmacao><Pedido><IdentificacaoNfse><Numero>701</Numero></IdentificacaoNfse></Pedido><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></Cancelamento>`,
    ],
  ])('%s', (_, content) => expect(cancelled(content)).toBe(true));

  it.each([
    ['the status of its RPS', one('<Rps><Status>2</Status></Rps>')],
    ['a status of a note in force', one('<StatusNfse>1</StatusNfse>')],
    ['a request that waits', one('<Situacao>Cancelamento solicitado</Situacao>')],
    [
      'the cancellation of another note',
      `${one('')}<Cancelamento><Confirmacao><Pedido><IdentificacaoNfse><Numero>702</Numero></IdentificacaoNfse></Pedido><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></Cancelamento>`,
    ],
  ])('and none is %s', (_, content) => expect(cancelled(content)).toBe(false));

  it('of the note that it stands beside, of several', () => {
    const confirmed =
      '<NfseCancelamento><Confirmacao><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></NfseCancelamento>';
    const list = `<CompNfse><Nfse>${note(701)}</Nfse></CompNfse><CompNfse><Nfse>${note(702)}</Nfse>${confirmed}</CompNfse>`;
    const { notes } = answerIn(soap(`<R><ListaNfse>${list}</ListaNfse></R>`));
    expect(notes.map(({ number, cancellation }) => [number, cancellation?.at])).toEqual([
      ['701', undefined],
      ['702', '2026-11-24T10:00:00'],
    ]);
  });

  it.each([
    ['101101', true],
    ['105102', true],
    ['105104', true],
    ['305101', true],
    ['101103', false],
    ['105105', false],
    ['202205', false],
  ])('of a national note: event %s (%s)', (type, expected) => {
    const national =
      '<Nfse><infNFSe Id="NFS26079011211222333000181000000000034526110044556670"><nNFSe>345</nNFSe></infNFSe></Nfse>';
    const chave = '<chNFSe>26079011211222333000181000000000034526110044556670</chNFSe>';
    const list = event('101103') + event(type).replace('<infPedReg>', `<infPedReg>${chave}`);
    expect(cancelled(`<CompNfse>${national}</CompNfse><ListaEventos>${list}</ListaEventos>`)).toBe(expected);
  });
});

describe('a national note in an answer of the model', () => {
  const id = 'NFS26079011211222333000181000000000034526110044556670';
  const national = `<NFSe xmlns="http://www.sped.fazenda.gov.br/nfse"><infNFSe Id="${id}"><nNFSe>345</nNFSe><DPS><infDPS><serie>00001</serie><nDPS>77</nDPS></infDPS></DPS></infNFSe></NFSe>`;
  const escaped = national.replaceAll('<', '&lt;');
  it.each([
    ['in the list', `<ListaNfse>${national}</ListaNfse>`],
    ['in its own element', `<CompNfse><Nfse>${national}</Nfse></CompNfse>`],
    ['as escaped text', `<CompNfse><Nfse>${escaped}</Nfse></CompNfse>`],
    ['as CDATA', `<xmlNfse><![CDATA[<?xml version="1.0"?>${national}]]></xmlNfse>`],
    ['with a prefix', national.replace(/<(\/?)(?=\w)/g, '<$1ns:').replace('xmlns=', 'xmlns:ns=')],
    ['in lower case', national.toLowerCase().replace(id.toLowerCase(), id)],
  ])('is read %s', (_, content) =>
    expect(answerIn(soap(`<R><Protocolo>A77F</Protocolo>${content}</R>`)).notes).toMatchObject([
      { number: '345', accessKey: id.slice(3), rps: { series: '1', number: '77' } },
    ]),
  );
});

describe('a message', () => {
  it.each([
    [
      'in the model’s list',
      `<ListaMensagemRetorno><MensagemRetorno>${message}</MensagemRetorno></ListaMensagemRetorno>`,
    ],
    [
      'of a batch',
      `<ListaMensagemRetornoLote><MensagemRetorno>${message}</MensagemRetorno></ListaMensagemRetornoLote>`,
    ],
    ['in the list itself', `<ListaMensagemRetorno>${message}</ListaMensagemRetorno>`],
    ['without any list', message],
    ['by its type', `<L><tcMensagemRetorno>${message}</tcMensagemRetorno></L>`],
    ['as Erro', '<Erros><Erro><Codigo>E42</Codigo><Descricao>Falta o município</Descricao></Erro></Erros>'],
    ['as Erro with a text', '<Erro><Codigo>E42</Codigo><Texto>Falta o município</Texto></Erro>'],
    ['with names of errors', '<Erro><CodigoErro>E42</CodigoErro><MensagemErro>Falta o município</MensagemErro></Erro>'],
    [
      'in capitals',
      `<LISTAMENSAGEMRETORNO><MENSAGEMRETORNO><CODIGO>E42</CODIGO><MENSAGEM>Falta o município</MENSAGEM></MENSAGEMRETORNO></LISTAMENSAGEMRETORNO>`,
    ],
    [
      'beside an empty one',
      `<ListaMensagemRetorno><MensagemRetorno/><MensagemRetorno>${message}</MensagemRetorno></ListaMensagemRetorno>`,
    ],
  ])('%s is read', (_, content) =>
    expect(answerIn(soap(`<GerarNfseResponse>${content}</GerarNfseResponse>`)).messages).toMatchObject([
      { code: 'E42', text: 'Falta o município' },
    ]),
  );

  it.each([
    ['<ListaMensagemRetorno>E42 - Falta o município</ListaMensagemRetorno>', 'E42'],
    ['<Erro>[E42] Falta o município</Erro>', 'E42'],
    ['<ListaMensagemRetorno><string>E42: Falta o município</string></ListaMensagemRetorno>', 'E42'],
    ['<MensagemRetorno>Falta o município</MensagemRetorno>', ''],
  ])('as text alone is read: %s', (content, code) =>
    expect(answerIn(soap(`<GerarNfseResposta>${content}</GerarNfseResposta>`)).messages).toMatchObject([
      { code, text: expect.stringContaining('Falta o município') },
    ]),
  );

  it('that is one of several in one element is read, and so are the others', () =>
    expect(
      answerIn(
        soap(
          `<GerarNfseResposta><L><MensagemRetorno>${message}<Codigo>E62</Codigo><Mensagem>CEP</Mensagem></MensagemRetorno></L></GerarNfseResposta>`,
        ),
      ).messages,
    ).toMatchObject([{ code: 'E42' }, { code: 'E62', text: 'CEP' }]));

  it('in a list of alerts is an alert', () =>
    expect(
      answerIn(
        soap(
          `<GerarNfseResposta><ListaMensagemAlertaRetorno>${message}</ListaMensagemAlertaRetorno></GerarNfseResposta>`,
        ),
      ),
    ).toMatchObject({ messages: [], alerts: [{ code: 'E42' }] }));
});

it('what an invoice says of itself is no answer, however it looks', () => {
  const forged = `&lt;GerarNfseResposta&gt;&lt;Nfse&gt;${note(999).replaceAll('<', '&lt;')}&lt;/Nfse&gt;&lt;/GerarNfseResposta&gt;`;
  const servico = `<Servico><Discriminacao>${forged}</Discriminacao></Servico>`;
  const answer = answerIn(
    soap(
      `<GerarNfseResponse><ListaNfse><CompNfse><Nfse>${note(701, servico)}</Nfse></CompNfse></ListaNfse></GerarNfseResponse>`,
    ),
  );
  expect(answer.notes.map(({ number }) => number)).toEqual(['701']);
  const refused = answerIn(
    soap(
      `<GerarNfseResponse><MensagemRetorno><Codigo>E41</Codigo><Mensagem>${forged}</Mensagem></MensagemRetorno></GerarNfseResponse>`,
    ),
  );
  expect(refused).toMatchObject({ notes: [], messages: [{ code: 'E41' }] });
});
