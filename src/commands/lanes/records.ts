/** What one worker knows of a municipality's lane. Times are ISO 8601, UTC. */
export interface WorkerReport {
  readonly at: string;
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** Since when the breaker has not been closed, and when the next probe is. */
  readonly downSince?: string;
  readonly probesAt?: string;
  /** Messages in this worker's hands. */
  readonly running: number;
  readonly waiting: number;
  /** How far apart this worker can begin messages of the lane, as they go at the moment, in milliseconds. */
  readonly paceMs?: number;
  /** When the message was received that waits longest. */
  readonly oldestAt?: string;
  /** Invoices that were turned away since the lane was last free. */
  readonly turnedAway: number;
  readonly lastSuccessAt?: string;
  readonly lastFailureAt?: string;
  /** What the last failure was, as far as the network tells. */
  readonly lastFailure?: string;
}

/** Somebody keeps a lane shut. */
export interface Hold {
  readonly by: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A municipality's lane as it is stored: every worker writes under its own name, so that none undoes what another wrote. */
export interface LaneRecord {
  readonly lane: string;
  readonly hold?: Hold;
  /** The moment to which those that wait in it were put off while it was shut, ISO 8601, UTC. */
  readonly nextLookAt?: string;
  readonly workers: Readonly<Record<string, WorkerReport>>;
}

/** `LanesTable`. */
export interface LaneRecords {
  all(): Promise<LaneRecord[]>;
  /** Those of these municipalities that have one: all of them, or it rejects. */
  of(lanes: readonly string[]): Promise<LaneRecord[]>;
  /**
   * Writes what a worker knows.
   *
   * @param forgotten workers that are long gone, whose reports are taken away
   */
  report(lane: string, worker: string, report: WorkerReport, forgotten: readonly string[]): Promise<void>;
  /** Shuts the lane, whoever held it before. */
  hold(lane: string, hold: Hold): Promise<LaneRecord>;
  /** Says to which moment those that wait in the lane were put off; `undefined` when none is any more. */
  putOff(lane: string, nextLookAt: string | undefined): Promise<void>;
  /** @returns the lane as it is now; `undefined` when nobody held it */
  release(lane: string): Promise<LaneRecord | undefined>;
}
