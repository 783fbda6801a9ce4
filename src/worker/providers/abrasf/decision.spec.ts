import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../nfse/abrasf/read-answer.ts';
import { unwrap } from '../../../nfse/abrasf/unwrap.ts';
import { pack } from '../../../nfse/national/packaging.ts';
import type { Asked } from '../verdict.ts';
import { decideCity } from './decision.ts';

const message = (code: string, text = 'x') =>
  `<ListaMensagemRetorno><MensagemRetorno><Codigo>${code}</Codigo><Mensagem>${text}</Mensagem></MensagemRetorno></ListaMensagemRetorno>`;
const answer = (content: string) => `<ConsultarNfseRpsResposta>${content}</ConsultarNfseRpsResposta>`;
const identity = '<IdentificacaoRps><Numero>88</Numero><Serie>1</Serie></IdentificacaoRps>';
const note = (content: string) => `<CompNfse><Nfse><InfNfse>${content}</InfNfse></Nfse></CompNfse>`;
const ours = note(`<Numero>731</Numero>${identity}`);
const notThere = message('E4', 'RPS não encontrado');

function decided(body: string, asked: Asked, status = 200) {
  const found = unwrap(body);
  if (found.kind !== 'payload') return found.kind;
  const meant = asked === 'cancel' ? { nfseNumber: '731' } : { rps: { series: '1', number: '88' } };
  return decideCity({ status, answer: readAnswer(found.root) }, asked, meant).kind;
}

describe('a stated absence', () => {
  it('counts where nothing contradicts it', () =>
    expect(decided(answer(`<CompNfse/><ListaNfse/>${notThere}`), 'find')).toBe('absent'));

  it.each([
    ['a note of which no RPS is told', answer(notThere + note('<Numero>731</Numero>')), 200],
    ['a note whose number cannot be read', answer(notThere + note('<Numero>A731</Numero>')), 200],
    ['our note under an error', answer(notThere + ours), 500],
    [
      'a cancellation',
      answer(
        `${notThere}<NfseCancelamento><Confirmacao><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></NfseCancelamento>`,
      ),
      200,
    ],
    ['its own text', answer(message('E4', 'RPS já convertido na NFS-e 731')), 200],
    ['a code that no table has', answer(notThere + message('XX1', 'RPS já informado')), 200],
  ])('does not count beside %s', (_, body, status) => expect(decided(body, 'find', status)).toBe('unknown'));

  it('in a page of a gateway is nobody’s', () =>
    expect(decided('<html><body><Erro>E4: nada</Erro></body></html>', 'find')).toBe('nothing'));

  it.each([
    ['before', `<a><![CDATA[${answer(notThere)}]]></a><b><![CDATA[${answer(ours)}]]></b>`],
    ['after', `<a><![CDATA[${answer(ours)}]]></a><b><![CDATA[${answer(notThere)}]]></b>`],
  ])('in a document %s that of the note gives way to it', (_, content) =>
    expect(decided(`<r>${content}</r>`, 'find')).toBe('note'),
  );
});

const key = '26079011211222333000181000000000034526110044556670';
const national = `<NFSe><infNFSe Id="NFS${key}"><nNFSe>345</nNFSe><DPS><infDPS><serie>1</serie><nDPS>88</nDPS></infDPS></DPS></infNFSe></NFSe>`;
const shown = (body: string) => {
  const found = unwrap(body);
  return found.kind === 'payload' ? readAnswer(found.root).notes : expect.fail(found.kind);
};

describe('a note that is packed as the national API packs it', () => {
  const lines = pack(national).replace(/.{76}/g, '$&\n');
  it.each([
    ['in the place of the note', answer(`<CompNfse><Nfse>${pack(national)}</Nfse></CompNfse>`)],
    ['under its national name, in lines', answer(`<CompNfse><nfseXmlGZipB64>\n${lines}\n</nfseXmlGZipB64></CompNfse>`)],
    ['beside an absence', answer(`${notThere}<CompNfse><Nfse>${pack(national)}</Nfse></CompNfse>`)],
    ['alone', `<outputXML>${pack(national)}</outputXML>`],
    ['with the whole answer', `<outputXML>${pack(answer(`<CompNfse>${national}</CompNfse>`))}</outputXML>`],
  ])('%s is found', (_, body) => {
    expect(decided(body, 'find')).toBe('note');
    expect(shown(body)).toMatchObject([{ number: '345', accessKey: key }]);
  });

  it('that cannot be unpacked is none', () =>
    expect(decided(answer(`<CompNfse><Nfse>${pack(national).slice(0, 40)}</Nfse></CompNfse>`), 'find')).toBe(
      'unknown',
    ));
});

describe('a cancellation', () => {
  it.each([
    '<Status>02</Status>',
    '<Situacao>NFS-e Cancelada</Situacao>',
    '<SituacaoNfse>Cancelada por substituição</SituacaoNfse>',
    '<Status>1</Status><Situacao>Cancelada</Situacao>',
    '<Cancelada>false</Cancelada><NfseCancelada>true</NfseCancelada>',
  ])('is told by %s', (sign) =>
    expect(shown(answer(note(`<Numero>731</Numero>${sign}`)))[0]?.cancellation).toBeDefined(),
  );

  it.each([
    '<DataCancelamento>0001-01-01T00:00:00</DataCancelamento>',
    '<SituacaoNfse>Não cancelada</SituacaoNfse>',
    '<Cancelada>N</Cancelada>',
  ])('is not told by %s', (sign) =>
    expect(shown(answer(note(`<Numero>731</Numero>${sign}`)))[0]?.cancellation).toBeUndefined(),
  );

  const event = (type: string, told = '') =>
    `<evento><infEvento Id="E"><dhProc>2026-11-24T10:00:00-03:00</dhProc>${told}<pedRegEvento><infPedReg><chNFSe>${key}</chNFSe><e${type}><xMotivo>Erro na emissão</xMotivo></e${type}></infPedReg></pedRegEvento></infEvento></evento>`;
  it.each([
    ['a granted one last', [event('101103'), event('105105'), event('105104')], true],
    ['a granted one first', [event('105104'), event('101103')], true],
    ['a rejected request', [event('101101', '<xMotivo>Rejeição</xMotivo>'), event('105105')], false],
    [
      'a request with a status of its own',
      [`<evento><Situacao>Indeferido</Situacao>${event('101101')}</evento>`],
      false,
    ],
  ])('is told by a list of events with %s: %#', (_, events, isTold) => {
    const [found] = shown(answer(`<CompNfse>${national}</CompNfse><ListaEventos>${events.join('')}</ListaEventos>`));
    expect(found?.cancellation !== undefined).toBe(isTold);
  });

  it.each([
    ['731', 'cancelled'],
    ['000731', 'cancelled'],
    ['999', 'unknown'],
  ])('that names note %s is, for note 731, %s', (number, kind) =>
    expect(
      decided(
        `<CancelarNfseResposta><Cancelamento><Confirmacao><IdentificacaoNfse><Numero>${number}</Numero></IdentificacaoNfse><DataHora>2026-11-24T10:00:00</DataHora></Confirmacao></Cancelamento></CancelarNfseResposta>`,
        'cancel',
      ),
    ).toBe(kind),
  );
});
