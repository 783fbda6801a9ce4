import { setTimeout as pause } from 'node:timers/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { discard } from '../commands/dead-letters/discard.ts';
import { repairByMapping } from '../commands/dead-letters/repair-by-mapping.ts';
import { type DeadLetterDeps, replay } from '../commands/dead-letters/replay.ts';
import { survey } from '../commands/dead-letters/survey.ts';
import type { Sweep } from '../commands/dead-letters/sweep.ts';
import type { Bounds } from '../commands/dead-letters/take-all.ts';
import { now } from '../platform/clock.ts';
import { readConfig, required } from '../platform/config.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { sqsRequests } from '../platform/sqs.ts';
import { letterInRecord, sqsDeadLetters } from '../platform/sqs-dead-letters.ts';
import { carryingTrace, inInvocation } from '../platform/tracer.ts';
import { checkEveryCompany } from './access.ts';
import { dynamoDb, sqs } from './aws-clients.ts';
import { commandDeps } from './command-deps.ts';
import { checkSelection, DiscardBody, ReplayBody, SurveyQuery } from './dead-letter-request.ts';
import { type Answer, type Call, lambda } from './lambda.ts';
import { readBody } from './request-body.ts';
import { parse } from './request-fields.ts';

export { SurveyQuery as Query };
/** By route: this function has several that take a body. */
export const Bodies = { '/dlq/replay': ReplayBody, '/dlq/discard': DiscardBody };

const config = readConfig();
const queue = sqs();
const { queueUrl, holdSeconds } = config.deadLetters;
const deps: DeadLetterDeps = {
  ...commandDeps(config, dynamoDb()),
  requests: sqsRequests(queue, required('REQUESTS_QUEUE_URL', config.requestsQueueUrl), carryingTrace),
  deadLetters: sqsDeadLetters(queue, required('DEAD_LETTER_QUEUE_URL', queueUrl), holdSeconds),
  pause: (ms) => pause(ms),
  onFailure: ({ letterId, invoiceId, cause }, error) =>
    logger.error('dead letter left where it is', { letterId, invoiceId, cause, error: failureOf(error) }),
};

/** API Gateway gives a function 29 seconds; what is left of them is for giving the letters back. */
const LONGEST_MS = 20_000;
const RESERVE_MS = 5_000;
/** Letters looked at in one call. */
const MOST_LETTERS = 1000;
/** Letters shown one by one. */
const MOST_SHOWN = 50;
const WAIT_FOR_REPAIR_MS = 10_000;

const api = lambda('processor', async (call): Promise<Answer> => {
  checkEveryCompany(call.caller, 'A fila de mensagens mortas é');
  switch (call.event.resource) {
    case '/dlq/replay':
      return replayed(call);
    case '/dlq/discard':
      return discarded(call);
    default:
      return surveyed(call);
  }
});

/**
 * ProcessorFn: what lies in the DLQ, and what is to become of it. Behind the API for ops; and, where the installation switches that
 * on, behind the DLQ itself, where it repairs each letter once.
 */
export function handler(
  event: APIGatewayProxyEvent | SQSEvent,
  context: Context,
): Promise<APIGatewayProxyResult | SQSBatchResponse> {
  return 'Records' in event ? inInvocation('processor', () => mapped(event, context)) : api(event, context);
}

async function surveyed({ event, context, note }: Call): Promise<Answer> {
  const { invoiceId, letterId, cause, municipalityCode } = parse(
    SurveyQuery,
    event.queryStringParameters ?? {},
    '/query',
  );
  const selection = {
    cause,
    municipalityCode,
    ...(invoiceId && { invoiceIds: [invoiceId] }),
    ...(letterId && { letterIds: [letterId] }),
  };
  const { letters, ...found } = await survey(deps.deadLetters, selection, boundsOf(context));
  note({ letters: found.seen, total: found.total, complete: found.complete });
  const shown = letters.slice(0, MOST_SHOWN).map(({ receipt: _, ...letter }) => letter);
  return { status: 200, body: { ...found, ...((invoiceId || letterId) && { letters: shown }) } };
}

async function replayed(call: Call): Promise<Answer> {
  const body = parse(ReplayBody, readBody(call.event));
  checkSelection(body);
  const { all: _, mode, reason, dryRun, limit, ...selection } = body;
  const { caller, httpRequestId, traceId, now, context } = call;
  const meta = { actor: caller.name, requestId: httpRequestId, traceId };
  const request = { mode, reason, dryRun, limit, selection, at: now.toISOString(), meta, waitMs: WAIT_FOR_REPAIR_MS };
  const swept = await replay(deps, request, boundsOf(context));
  return told(call, { mode, dryRun }, swept);
}

async function discarded(call: Call): Promise<Answer> {
  const body = parse(DiscardBody, readBody(call.event));
  checkSelection(body);
  const { reason, dryRun, limit, ...selection } = body;
  const by = call.caller.name;
  const swept = await discard(
    deps,
    {
      selection,
      limit,
      dryRun,
      onDiscard: (item) => logger.warn('dead letter discarded', { ...item, by, reason, traceId: call.traceId }),
    },
    boundsOf(call.context),
  );
  return told(call, { mode: 'discard', dryRun }, swept);
}

function told({ note }: Call, asked: { mode: string; dryRun: boolean }, { items, left, more }: Sweep): Answer {
  const counts = Object.fromEntries(
    [...Map.groupBy(items, ({ outcome }) => outcome)].map(([outcome, of]) => [outcome, of.length]),
  );
  note({ ...asked, ...counts, left, more });
  return { status: 200, body: { ...asked, counts, items, left, more } };
}

function boundsOf(context: Context): Bounds {
  const started = context.getRemainingTimeInMillis();
  const longest = Math.min(LONGEST_MS, started - RESERVE_MS);
  return { most: MOST_LETTERS, msLeft: () => longest - (started - context.getRemainingTimeInMillis()) };
}

/** What stays is named, so that the queue gives it again and nothing is deleted unsettled. */
async function mapped({ Records }: SQSEvent, { awsRequestId }: Context): Promise<SQSBatchResponse> {
  const at = now().toISOString();
  const meta = { actor: 'dlq-mapping', requestId: awsRequestId };
  const { items, kept } = await repairByMapping(deps, Records.map(letterInRecord), { mode: 'repair', at, meta });
  for (const item of items) logger.info('dead letter from the mapping', { ...item });
  return { batchItemFailures: kept.map(({ letterId }) => ({ itemIdentifier: letterId })) };
}
