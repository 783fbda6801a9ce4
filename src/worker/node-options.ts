/**
 * How Node is to run the worker, wherever it is started. Left to itself it lets garbage pile up as far as the machine's memory allows,
 * which is far more than a task is given. The worker's own data stays below 100 MB with 16 answers of the largest size in hand.
 */
export const WORKER_NODE_OPTIONS: readonly string[] = ['--max-old-space-size=160', '--max-semi-space-size=4'];
