/** By how much an environment's memory grows before it is said again. */
const STEP_MB = 16;

/** What an environment has to say of itself in the line of a call; of most calls, nothing. */
export interface EnvironmentFacts {
  /** From the start of the process until its handler was there; in the first call alone. */
  readonly initMs?: number;
  /** The most memory that the process ever had. */
  readonly peakMb?: number;
}

/**
 * How long a Lambda environment took to begin and how much memory it needs. Lambda reports both with every call, in lines that cost more
 * than all of ours and are not logged where a call went well (`cdk/constructs/ledger-function.ts`); CloudWatch has metrics of the rest.
 * To be made where a handler is defined, the last thing that an environment does before its first call.
 */
export function environmentFacts(
  initMs = performance.now(),
  peakMbNow = () => process.resourceUsage().maxRSS / 1024,
): () => EnvironmentFacts {
  let said: number | undefined;
  return () => {
    const peakMb = Math.round(peakMbNow());
    if (said !== undefined && peakMb < said + STEP_MB) return {};
    const first = said === undefined;
    said = peakMb;
    return { ...(first && { initMs: Math.round(initMs) }), peakMb };
  };
}
