/** Where a unit of work stands in a trace of X-Ray. */
export interface TracePosition {
  /** Of the whole trace: `1-<seconds in hexadecimal>-<96 random bits>`. */
  readonly root: string;
  /** The segment that this work is part of. */
  readonly parent?: string;
  /** Whether this trace is one of those that are recorded: decided once, where it begins. */
  readonly sampled: boolean;
}

const ROOT = /(?:^|;)[ \t]*Root=(1-[\da-f]{8}-[\da-f]{24})(?:;|$)/i;
const PARENT = /(?:^|;)[ \t]*Parent=([\da-f]{16})(?:;|$)/i;
const SAMPLED = /(?:^|;)[ \t]*Sampled=1(?:;|$)/i;
const LONGEST = 512;

/** Reads an `X-Amzn-Trace-Id` header. It may come from anybody: what is not of its form is as if it were not there. */
export function parseTraceHeader(text: string | undefined): TracePosition | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const root = ROOT.exec(text)?.[1]?.toLowerCase();
  if (root === undefined) return undefined;
  const parent = PARENT.exec(text)?.[1]?.toLowerCase();
  return { root, ...(parent === undefined ? {} : { parent }), sampled: SAMPLED.test(text) };
}

/** `Root=1-…;Parent=…;Sampled=1` */
export function traceHeader({ root, parent, sampled }: TracePosition): string {
  return `Root=${root}${parent === undefined ? '' : `;Parent=${parent}`};Sampled=${sampled ? 1 : 0}`;
}
