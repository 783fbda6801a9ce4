import type * as z from 'zod/mini';

/** What a handler's module says of the requests it takes: the very schemas by which it reads them. */
export interface HandlerSchemas {
  readonly Body?: z.ZodMiniType;
  readonly Query?: z.ZodMiniType;
}

// Handlers make their clients when they are imported, and one of them asks where its workflow is. Nothing is called here.
process.env.EMIT_WORKFLOW_ARN ??= 'arn:aws:states:us-east-1:000000000000:stateMachine:EmitWorkflow';
process.env.REQUESTS_QUEUE_URL ??= 'https://sqs.us-east-1.amazonaws.com/000000000000/RequestsQueue';
process.env.AWS_REGION ??= 'us-east-1';

export async function schemasOf(handler: string): Promise<HandlerSchemas> {
  return (await import(`../src/handlers/${handler}.ts`)) as HandlerSchemas;
}
