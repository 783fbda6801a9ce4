// Stands for one Lambda environment: imports a bundle and calls its handler with each event that the parent sends.
const { handler } = (await import(process.argv[2] ?? '')) as {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
};

interface Invocation {
  readonly event: unknown;
  readonly context: object;
  readonly trace: string;
}

process.on('message', async ({ event, context, trace }: Invocation) => {
  // The runtime names the trace of each invocation so.
  process.env._X_AMZN_TRACE_ID = trace;
  process.send?.({ answer: await handler(event, { ...context, getRemainingTimeInMillis: () => 20_000 }) });
});
process.send?.({ ready: true });
