/** What a benchmark started would outlive it: on a signal it is ended first. */
export function onInterruption(cleanUp: () => Promise<unknown>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
}
