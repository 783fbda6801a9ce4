import { GatewayResponse, type IRestApi, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { type Refusal, refusals } from '../../local/api-gateway/refusals.ts';
import { type ProblemFacts, problemBody } from '../../src/handlers/problem.ts';

const OWN = {
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

const answer = (name: Refusal): ProblemFacts => refusals[name];

/** What API Gateway says by itself, in the words of the API: those of the local front where it says the same. */
const ANSWERS: readonly (readonly [id: string, type: ResponseType, facts: ProblemFacts])[] = [
  ['Unauthorized', ResponseType.UNAUTHORIZED, answer('token-invalid')],
  ['ExpiredToken', ResponseType.EXPIRED_TOKEN, answer('token-expired')],
  ['AccessDenied', ResponseType.ACCESS_DENIED, OWN.scope],
  ['InvalidApiKey', ResponseType.INVALID_API_KEY, answer('api-key')],
  ['UnknownRoute', ResponseType.MISSING_AUTHENTICATION_TOKEN, answer('not-found')],
  ['UnknownResource', ResponseType.RESOURCE_NOT_FOUND, answer('not-found')],
  ['BadBody', ResponseType.BAD_REQUEST_BODY, OWN.body],
  ['BadParameters', ResponseType.BAD_REQUEST_PARAMETERS, answer('malformed')],
  ['TooLarge', ResponseType.REQUEST_TOO_LARGE, answer('too-large')],
  ['Throttled', ResponseType.THROTTLED, OWN.throttled],
  ['QuotaExceeded', ResponseType.QUOTA_EXCEEDED, OWN.quota],
  ['Blocked', ResponseType.WAF_FILTERED, OWN.blocked],
  ['IntegrationTimeout', ResponseType.INTEGRATION_TIMEOUT, answer('timeout')],
  ['IntegrationFailure', ResponseType.INTEGRATION_FAILURE, answer('failed')],
  ['AnyOther5xx', ResponseType.DEFAULT_5XX, answer('failed')],
];

/**
 * Gives the API's own refusals the shape of every other problem. Any page may read them: they say nothing about anybody, and without
 * the header a browser would show its page a network failure instead of the reason.
 */
export function addGatewayResponses(restApi: IRestApi): void {
  for (const [id, type, facts] of ANSWERS) {
    new GatewayResponse(restApi, id, {
      restApi,
      type,
      statusCode: String(facts.status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'Cache-Control': "'no-store'",
        'Access-Control-Allow-Origin': "'*'",
        ...Object.fromEntries(Object.entries(facts.headers ?? {}).map(([name, value]) => [name, `'${value}'`])),
      },
      templates: { 'application/json': JSON.stringify(problemBody(facts, '$context.requestId')) },
    });
  }
}
