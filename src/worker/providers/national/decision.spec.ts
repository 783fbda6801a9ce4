import { describe, expect, it } from 'vitest';
import { pack } from '../../../nfse/national/packaging.ts';
import type { Asked } from '../verdict.ts';
import { decideNational } from './decision.ts';

const key = '31062002211222333000181000000000010126110000000176';
const head = { tipoAmbiente: 2, versaoAplicativo: 'x', dataHoraProcessamento: '2026-11-10T09:30:04.1202384-03:00' };
const refused = (codigo: string, descricao = '') => ({ ...head, erro: { codigo, descricao } });

const decided = (body: unknown, asked: Asked, status = 200) =>
  decideNational({ status, body: JSON.stringify(body) }, asked).kind;

describe('a 404 of the API', () => {
  it.each([
    ['nothing beside its head', head],
    ['a code for absence', refused('E2240')],
    ['the absence as a text', refused('Não encontrado', 'DPS não encontrada')],
    ['the absence in the text of a code that no table has', refused('E9999', 'Nao foi gerada NFS-e')],
    ['the absence as a status', { ...head, StatusProcessamento: 'NENHUM_DOCUMENTO_LOCALIZADO' }],
  ])('with %s states that there is no note', (_, body) => expect(decided(body, 'find', 404)).toBe('absent'));

  it.each([
    ['the key of a note', { ...head, chaveAcesso: key }],
    ['the key of a note and a refusal', { ...refused('E2240'), chaveAcesso: key }],
    ['an event', { ...head, eventos: [{ chaveAcesso: key, tipoEvento: 101103 }] }],
    ['documents found', { ...head, StatusProcessamento: 'DOCUMENTOS_LOCALIZADOS' }],
    ['a rejection as its status', { ...refused('E2220'), StatusProcessamento: 'Rejeição' }],
    ['a presence in words', refused('E9999', 'DPS já processada, NFS-e existente')],
    ['something else in words', refused('E9999', 'Acesso negado')],
    ['something else that is missing', refused('E9999', 'Certificado não encontrado')],
  ])('with %s does not', (_, body) => expect(decided(body, 'find', 404)).toBe('unknown'));
});

const event = (tipoEvento: number | string, more: object = {}) => ({ chaveAcesso: key, tipoEvento, ...more });
const request = `<pedRegEvento><infPedReg><chNFSe>${key}</chNFSe><e101101/></infPedReg></pedRegEvento>`;

describe('events', () => {
  it.each([
    ['a list of several, the cancelling one last', { ...head, eventos: [event(101103), event(105105), event(101101)] }],
    ['a bare list', [event(101103), event('e105104')]],
    ['a bare list of one', [event(101101)]],
    ['one event with the head of the API', { ...head, ...event(101101) }],
    ['one event in a member', { ...head, evento: event(105104) }],
    ['a list in the list', { ...head, eventos: { evento: [event(105105), event(305101)] } }],
    ['a list of another name', { ...head, listaEventos: [event(105102)] }],
  ])('that cancel are read from %s', (_, body) => expect(decided(body, 'cancel')).toBe('cancelled'));

  it.each([
    ['by a status', { status: 'REJEITADO' }],
    ['by the status of its processing', { statusProcessamento: 'REJEICAO' }],
    ['by its state', { situacao: 'Indeferida' }],
    ['by an error', { erro: { codigo: 'E0840' } }],
    ['by its document, which is nothing but the request', { arquivoXml: pack(request) }],
  ])('leave out a request that was not granted, %s', (_, more) => {
    for (const eventos of [
      [event(101101, more), event(105105)],
      [event(105105), event(101101, more)],
    ]) {
      expect(decided({ ...head, eventos }, 'cancel')).toBe('standing');
    }
  });
});

describe('an answer that names a note', () => {
  it.each([
    [{ status: 'CANCELADA' }, true],
    [{ Situacao: 'Cancelada por substituição' }, true],
    [{ cancelada: true }, true],
    [{ status: 'ATIVA' }, false],
    [{ cancelada: false }, false],
  ])('with %o says whether it is cancelled: %s', (member, isCancelled) =>
    expect(
      decideNational({ status: 200, body: JSON.stringify({ ...head, chaveAcesso: `NFS${key}`, ...member }) }, 'find'),
    ).toMatchObject({ kind: 'note', key, isCancelled }),
  );
});
