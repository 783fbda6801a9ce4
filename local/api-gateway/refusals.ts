import type { ProblemFacts } from '../../src/handlers/problem.ts';

const bearer = (error: string) => ({ 'www-authenticate': `Bearer realm="nfse-ledger"${error}` });

/** What the gateway answers by itself, before or instead of a function: its customised gateway responses. */
export const refusals = {
  malformed: {
    status: 400,
    code: 'malformed-request',
    title: 'Requisição malformada',
    detail: 'O endereço da requisição não pôde ser lido; confira a codificação dos caracteres especiais (%XX).',
  },
  'token-missing': {
    status: 401,
    code: 'unauthenticated',
    title: 'Não autenticado',
    detail: 'Falta o token de acesso: envie-o no cabeçalho Authorization, como Bearer <token>.',
    headers: bearer(''),
  },
  'token-invalid': {
    status: 401,
    code: 'unauthenticated',
    title: 'Não autenticado',
    detail: 'O token de acesso não é válido para esta API; peça outro ao servidor de autorização.',
    headers: bearer(', error="invalid_token"'),
  },
  'token-expired': {
    status: 401,
    code: 'unauthenticated',
    title: 'Não autenticado',
    detail: 'O token de acesso expirou; peça outro ao servidor de autorização.',
    headers: bearer(', error="invalid_token", error_description="expired"'),
  },
  'api-key': {
    status: 403,
    code: 'api-key',
    title: 'Chave de API recusada',
    detail: 'Envie a chave de API da sua aplicação no cabeçalho x-api-key.',
  },
  'not-found': {
    status: 404,
    code: 'route-not-found',
    title: 'Endereço desconhecido',
    detail: 'A API não tem este endereço; confira o caminho.',
  },
  'other-method': {
    status: 405,
    code: 'method-not-allowed',
    title: 'Método não aceito',
    detail: 'Este endereço existe, mas não com este método; veja os aceitos no cabeçalho Allow.',
  },
  'too-large': {
    status: 413,
    code: 'body-too-large',
    title: 'Corpo grande demais',
    detail: 'O corpo da requisição passa de 10 MB.',
  },
  failed: {
    status: 502,
    code: 'internal-error',
    title: 'Erro interno',
    detail: 'A requisição não pôde ser atendida; tente de novo e, se persistir, informe o requestId ao suporte.',
  },
  timeout: {
    status: 504,
    code: 'timeout',
    title: 'Tempo esgotado',
    detail: 'A resposta não ficou pronta em 29 segundos; consulte o resultado antes de enviar de novo.',
  },
} as const satisfies Readonly<Record<string, ProblemFacts>>;

export type Refusal = keyof typeof refusals;
