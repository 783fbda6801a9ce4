/** A call within the task: longer than this, and the agent is not there. */
const TIMEOUT_MS = 2_000;

/** ECS's agent beside this task refused. */
export class EcsRefused extends Error {
  override readonly name = 'EcsRefused';
  readonly code = 'ecs-refused';
}

/**
 * Scale-in protection of the task that this process runs in.
 *
 * @param agentUri `ECS_AGENT_URI`, which ECS gives to every container
 * @throws EcsRefused
 * @source Amazon ECS task scale-in protection endpoint, `PUT $ECS_AGENT_URI/task-protection/v1/state`
 */
export async function protectTask(
  agentUri: string,
  { enabled, minutes }: { readonly enabled: boolean; readonly minutes: number },
): Promise<void> {
  const answer = await fetch(`${agentUri}/task-protection/v1/state`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ProtectionEnabled: enabled, ...(enabled && { ExpiresInMinutes: minutes }) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // It also answers 200 with a failure in the body.
  const text = (await answer.text()).slice(0, 500);
  if (!answer.ok || text.includes('"failure"')) throw new EcsRefused(`ECS answered ${answer.status}: ${text}`);
}
