import { GatewayResponse, type IRestApi, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { FIXED_HEADERS } from '../../src/handlers/answer-headers.ts';
import { type GatewayAnswer, gatewayAnswers } from '../../src/handlers/gateway-answers.ts';
import { type ProblemFacts, problemBody } from '../../src/handlers/problem.ts';

/** The answer to each situation that API Gateway tells apart. */
const ANSWERS: readonly (readonly [id: string, type: ResponseType, answer: GatewayAnswer])[] = [
  ['Unauthorized', ResponseType.UNAUTHORIZED, 'token-invalid'],
  ['ExpiredToken', ResponseType.EXPIRED_TOKEN, 'token-expired'],
  ['AccessDenied', ResponseType.ACCESS_DENIED, 'scope'],
  ['InvalidApiKey', ResponseType.INVALID_API_KEY, 'api-key'],
  ['UnknownRoute', ResponseType.MISSING_AUTHENTICATION_TOKEN, 'not-found'],
  ['UnknownResource', ResponseType.RESOURCE_NOT_FOUND, 'not-found'],
  ['BadBody', ResponseType.BAD_REQUEST_BODY, 'body'],
  ['BadParameters', ResponseType.BAD_REQUEST_PARAMETERS, 'malformed'],
  ['TooLarge', ResponseType.REQUEST_TOO_LARGE, 'too-large'],
  ['Throttled', ResponseType.THROTTLED, 'throttled'],
  ['QuotaExceeded', ResponseType.QUOTA_EXCEEDED, 'quota'],
  ['Blocked', ResponseType.WAF_FILTERED, 'blocked'],
  ['IntegrationTimeout', ResponseType.INTEGRATION_TIMEOUT, 'timeout'],
  ['IntegrationFailure', ResponseType.INTEGRATION_FAILURE, 'failed'],
  ['AnyOther5xx', ResponseType.DEFAULT_5XX, 'failed'],
];

const quoted = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));

/**
 * Gives the API's own refusals the shape of every other problem. Any page may read them: they say nothing about anybody, and without
 * the header a browser would show its page a network failure instead of the reason.
 */
export function addGatewayResponses(restApi: IRestApi): void {
  for (const [id, type, answer] of ANSWERS) {
    const facts: ProblemFacts = gatewayAnswers[answer];
    new GatewayResponse(restApi, id, {
      restApi,
      type,
      statusCode: String(facts.status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'Access-Control-Allow-Origin': "'*'",
        ...quoted({ ...FIXED_HEADERS, ...facts.headers }),
      },
      templates: { 'application/json': JSON.stringify(problemBody(facts, '$context.requestId')) },
    });
  }
}
