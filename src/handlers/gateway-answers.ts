import type { ProblemFacts } from './problem.ts';

const bearer = (error: string) => ({ 'www-authenticate': `Bearer realm="nfse-ledger"${error}` });

/**
 * Answers that API Gateway gives by itself, before or instead of a function. The deployed API has them as its gateway responses, the
 * local front serves those that it can meet.
 */
export const gatewayAnswers = {
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
  throttled: {
    status: 429,
    code: 'too-many-requests',
    title: 'Requisições demais',
    detail: 'O limite de requisições foi atingido; espere um pouco e repita com a mesma chave de idempotência.',
    headers: { 'retry-after': '1' },
  },
  quota: {
    status: 429,
    code: 'quota-exceeded',
    title: 'Cota diária esgotada',
    detail: 'A cota diária da sua chave de API acabou; fale com o suporte para aumentá-la.',
  },
  blocked: {
    status: 403,
    code: 'blocked',
    title: 'Requisição bloqueada',
    detail:
      'A requisição foi bloqueada por segurança; confira o conteúdo e a frequência e, se persistir, fale com o suporte.',
  },
  scope: {
    status: 403,
    code: 'forbidden',
    title: 'Acesso negado',
    detail: 'O token não tem nenhum escopo desta API; peça-o com um escopo nfse-ledger/….',
  },
  body: {
    status: 400,
    code: 'malformed-body',
    title: 'Requisição malformada',
    detail:
      'O corpo da requisição não é um objeto JSON, ou um campo não é do tipo esperado ou é longo demais; confira a sintaxe e os tipos em /openapi.json.',
  },
} as const satisfies Readonly<Record<string, ProblemFacts>>;

export type GatewayAnswer = keyof typeof gatewayAnswers;
