import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { DocumentDamaged, DocumentMissing } from '../commands/ports.ts';
import { now } from '../platform/clock.ts';
import { allowedOrigins } from '../platform/config.ts';
import { noteDocumentUnavailable } from '../platform/document-metric.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { annotate, inInvocation, invocationTraceId, noteStatus } from '../platform/tracer.ts';
import { authorisedCaller, type Caller } from './access.ts';
import { FIXED_HEADERS } from './answer-headers.ts';
import { readableFrom } from './cross-origin.ts';
import { problemOf } from './error-answers.ts';
import { Problem, problemBody } from './problem.ts';
import type { HandlerName } from './routes.ts';

export interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly context: Context;
  /** Whoever asks; for an open route somebody without roles. */
  readonly caller: Caller;
  /** Of this HTTP request, for support; not the idempotency key. */
  readonly httpRequestId: string;
  readonly traceId: string;
  readonly now: Date;
  /** Adds facts to the request's one log line: ids and codes, never personal data. */
  note(facts: Readonly<Record<string, unknown>>): void;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** A body that is not JSON; its `content-type` is among the headers. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ApiHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

const origins = allowedOrigins();

/**
 * What every API function does around its own four steps: the caller and the role, the trace, one log line a request, and
 * errors as problem+json. Bad input never ends as a 500, and a 500 never tells more than its request id.
 */
export function lambda(name: HandlerName, action: (call: Call) => Promise<Answer>): ApiHandler {
  const environment = environmentFacts();
  return (event, context) =>
    inInvocation(name, async () => {
      const started = performance.now();
      const httpRequestId = event.requestContext.requestId || context.awsRequestId;
      const traceId = invocationTraceId() ?? httpRequestId;
      const facts: Record<string, unknown> = {};
      let result: APIGatewayProxyResult;
      try {
        const caller = authorisedCaller(name, event);
        const note = (more: Readonly<Record<string, unknown>>) => {
          Object.assign(facts, more);
          annotate(more);
        };
        result = rendered(await action({ event, context, caller, httpRequestId, traceId, now: now(), note }));
      } catch (error) {
        const problem = problemOf(error) ?? INTERNAL;
        facts.problem = problem.facts.code;
        if (isDocumentAtFault(error)) noteDocumentUnavailable(error, now());
        if (problem.facts.status >= 500) {
          logger.error('request failed', { httpRequestId, traceId, error: failureOf(error) });
        }
        result = renderedProblem(problem, httpRequestId);
      }
      const durationMs = Math.round((performance.now() - started) * 10) / 10;
      logger.info('request', {
        handler: name,
        status: result.statusCode,
        durationMs,
        httpRequestId,
        traceId,
        ...facts,
        ...environment(),
      });
      noteStatus(result.statusCode);
      return readableFrom(origins, event, result);
    });
}

function rendered({ status, body, text, headers }: Answer): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...FIXED_HEADERS,
      ...headers,
    },
    body: text ?? (body === undefined ? '' : JSON.stringify(body)),
  };
}

function renderedProblem({ facts }: Problem, requestId: string): APIGatewayProxyResult {
  return {
    statusCode: facts.status,
    headers: { 'content-type': 'application/problem+json', ...FIXED_HEADERS, ...facts.headers },
    body: JSON.stringify(problemBody(facts, requestId)),
  };
}

const INTERNAL = new Problem({
  status: 500,
  code: 'internal',
  title: 'Erro interno',
  detail: 'A falha é nossa e foi registrada. Repita com a mesma chave de idempotência; informe o requestId ao suporte.',
});

function isDocumentAtFault(error: unknown): error is DocumentMissing | DocumentDamaged {
  return error instanceof DocumentMissing || error instanceof DocumentDamaged;
}
