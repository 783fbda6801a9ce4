import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../nfse/abrasf/read-answer.ts';
import { unwrap } from '../../../nfse/abrasf/unwrap.ts';
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
