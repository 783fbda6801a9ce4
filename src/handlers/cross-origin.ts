import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { READABLE_HEADERS } from './answer-headers.ts';

/**
 * Lets a page of a listed origin read the answer. API Gateway answers the browser's question before a request; the answer itself must
 * say so again, and here that is the function's to say. Tokens come in a header and never by themselves, so no cookie is spoken of.
 */
export function readableFrom(
  origins: readonly string[],
  { headers }: Pick<APIGatewayProxyEvent, 'headers'>,
  answer: APIGatewayProxyResult,
): APIGatewayProxyResult {
  if (origins.length === 0) return answer;
  const origin = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'origin')?.[1];
  const allowed = origin !== undefined && origins.includes(origin);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      // Also where nothing is allowed: a cache must not give one page the answer to another.
      vary: 'Origin',
      ...(allowed && {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': READABLE_HEADERS.join(', '),
      }),
    },
  };
}
