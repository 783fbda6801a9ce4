import type { MachineClient } from './engines/openid.ts';
import { StackError } from './stack-error.ts';

/**
 * An access token for a program, by its id and secret.
 *
 * @throws StackError when nobody answers, or refuses
 */
export async function accessToken(tokenUrl: string, { clientId, clientSecret, scope }: MachineClient): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  if (!response) throw new StackError('The stack is not running: start it with "npm start" and ask again.');
  const answer = (await response.json().catch(() => ({}))) as { access_token?: string; error_description?: string };
  if (answer.access_token) return answer.access_token;
  throw new StackError(`No token was given: ${answer.error_description ?? `status ${response.status}`}.`);
}
