import { randomBytes } from 'node:crypto';
import { localTime } from '../../../src/nfse/local-time.ts';
import { explainRejection } from '../../../src/nfse/national/rejections.ts';
import type { Refusal } from './layout-check.ts';

/** What the server does with a call: answer it, or one of the ways a network fails. */
export type Reply =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown; readonly afterSeconds?: number }
  | { readonly kind: 'html'; readonly status: number; readonly title: string }
  /** Says nothing for a minute and then hangs up. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'reset' };

export const badGateway: Reply = { kind: 'html', status: 502, title: '502 Bad Gateway' };
/** Larger, however it is packed, than what the service keeps in its table of documents. */
export const longPage = (): Reply => ({ ...badGateway, title: randomBytes(250_000).toString('base64') });
export const serviceUnavailable: Reply = { kind: 'html', status: 503, title: '503 Service Unavailable' };
export const pageNotFound: Reply = { kind: 'html', status: 404, title: '404 Not Found' };
export const tooLarge: Reply = { kind: 'html', status: 413, title: '413 Content Too Large' };

/** A success of the API, under the header that all its answers share. */
export function success(status: number, fields: object, now: number): Reply {
  return { kind: 'json', status, body: { ...header(now), ...fields } };
}

/** A refused declaration: `erros`, capitalised, as the production server writes it. */
export function refusedDeclaration(refusals: readonly Refusal[], dpsId: string | undefined, now: number): Reply {
  const erros = refusals.map(({ code, detail }) => ({
    Codigo: code,
    Descricao: explainRejection(code).message,
    Complemento: detail ?? null,
  }));
  return { kind: 'json', status: 400, body: { ...header(now), ...(dpsId && { idDPS: dpsId }), erros } };
}

/** A refused event or lookup: `erro`, documented as one object, which the production server also sends as a list. */
export function refusedEvent(refusals: readonly Refusal[], now: number): Reply {
  const erro = refusals.map(({ code }) => ({ codigo: code, descricao: explainRejection(code).message }));
  return { kind: 'json', status: 400, body: { ...header(now), erro: erro.length === 1 ? erro[0] : erro } };
}

/** Refusals in forms that only some answers have, and one by a code that no table has. */
export function refusedOddly(as: 'list' | 'text' | 'no-certificate' | 'unlisted', now: number): Reply {
  const erro = (codigo: string, descricao: string) => ({ codigo, descricao });
  const taxpayer = erro('E0188', 'CNPJ do tomador com dígito inválido');
  const body = (): unknown => {
    switch (as) {
      case 'list':
        return [taxpayer, { ...erro('E0240', 'CEP do tomador inválido'), complemento: 'toma/end/endNac/CEP' }];
      case 'text':
        return { ...header(now), erros: [`${taxpayer.codigo}: ${taxpayer.descricao}`] };
      case 'no-certificate':
        return { ...header(now), erro: erro('E4007', 'Não foi possível obter o certificado do cliente') };
      case 'unlisted':
        return { ...header(now), erros: [erro('E7777', 'Erro não tratado: referência nula')] };
    }
  };
  return { kind: 'json', status: 400, body: body() };
}

/** Who calls has no certificate that can be used: 403 where a declaration is sent, 401 elsewhere. */
export function refusedClient(refusal: Refusal, declaring: boolean, now: number): Reply {
  const reply = declaring ? refusedDeclaration([refusal], undefined, now) : refusedEvent([refusal], now);
  return reply.kind === 'json' ? { ...reply, status: declaring ? 403 : 401 } : reply;
}

/** The certificate is good, and of somebody whom the note does not concern. */
export function notAnActor(now: number): Reply {
  const erro = { codigo: 'E403', descricao: 'O certificado não é de um dos atores da NFS-e.' };
  return { kind: 'json', status: 403, body: { ...header(now), erro } };
}

export function absent(description: string, now: number): Reply {
  return { kind: 'json', status: 404, body: { ...header(now), erro: { codigo: 'E404', descricao: description } } };
}

function header(now: number): object {
  const processedAt = localTime(now, '-03:00').replace('-03:00', '.0000000-03:00');
  return { tipoAmbiente: 2, versaoAplicativo: 'SefinStandIn_1.0', dataHoraProcessamento: processedAt };
}
