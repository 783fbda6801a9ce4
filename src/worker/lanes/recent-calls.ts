/** A call to an authority, as far as the breaker minds: whose it was, and whether the authority said anything. */
export interface Call {
  readonly companyCnpj: string;
  readonly answered: boolean;
}

/** How many calls are remembered for each that has to fail. */
const REMEMBERED_PER_FAILURE = 4;

/** The newest calls, oldest first. */
export function remembered(calls: readonly Call[], call: Call, failures: number): readonly Call[] {
  return [...calls, call].slice(-REMEMBERED_PER_FAILURE * failures);
}

/**
 * Whether these calls say that the authority is down: enough of them failed, and of most companies the last one did. One company that
 * is refused at the door (its certificate, its login) shuts nobody else out.
 *
 * @param failures how many have to fail
 */
export function looksDown(calls: readonly Call[], failures: number): boolean {
  if (calls.filter(({ answered }) => !answered).length < failures) return false;
  const last = new Map(calls.map(({ companyCnpj, answered }) => [companyCnpj, answered]));
  const down = [...last.values()].filter((answered) => !answered).length;
  return down * 2 > last.size;
}
