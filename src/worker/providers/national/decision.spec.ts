import { describe, expect, it } from 'vitest';
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
