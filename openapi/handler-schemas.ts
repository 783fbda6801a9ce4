import type * as z from 'zod/mini';
import type { Route } from '../src/handlers/routes.ts';

/** What a handler's module says of the requests it takes: the very schemas by which it reads them. */
export interface HandlerSchemas {
  readonly Body?: z.ZodMiniType;
  readonly Query?: z.ZodMiniType;
  /** Of a function with several routes: by path. */
  readonly Bodies?: Readonly<Record<string, z.ZodMiniType>>;
}

// Handlers make their clients when they are imported, and ask where things are. Nothing is called here.
const QUEUES = 'https://sqs.us-east-1.amazonaws.com/000000000000';
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  EMIT_WORKFLOW_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:EmitWorkflow',
  REQUESTS_QUEUE_URL: `${QUEUES}/RequestsQueue`,
  DATABASE_URL: 'postgres://localhost/reports',
  DEAD_LETTER_QUEUE_URL: `${QUEUES}/RequestsQueue-Dead`,
});

export async function schemasOf(handler: string): Promise<HandlerSchemas> {
  return (await import(`../src/handlers/${handler}.ts`)) as HandlerSchemas;
}

/** The schema by which a route's body is read. */
export async function bodyOf({ handler, path }: Route): Promise<z.ZodMiniType | undefined> {
  const { Body, Bodies } = await schemasOf(handler);
  return Bodies?.[path] ?? Body;
}
