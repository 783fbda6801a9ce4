// Stands for one Lambda environment: imports a function's module and calls its handler with each event that the gateway sends, one at a time.
import { type Handler, invoke } from '../../local/lambda.ts';
import type { FunctionAnswer, Invocation } from './lambda-function.ts';

const TIMEOUT_MS = 29_000;

const { handler } = (await import(process.argv[2] ?? '')) as { readonly handler: Handler };

const send = (answer: FunctionAnswer) => process.send?.(answer);

process.on('message', async ({ event, functionName, awsRequestId, traceHeader }: Invocation) => {
  // The runtime gives each invocation's trace by this name.
  process.env._X_AMZN_TRACE_ID = traceHeader;
  try {
    send({ answer: await invoke(handler, event, { functionName, awsRequestId, timeoutMs: TIMEOUT_MS }) });
  } catch (error) {
    send({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
// Nothing else keeps it alive between two invocations.
process.channel?.ref();
process.once('SIGTERM', () => process.exit(0));
process.send?.('ready');
