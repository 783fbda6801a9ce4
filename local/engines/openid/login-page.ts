import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { readBody } from '../../http-body.ts';

const FORM_LIMIT_BYTES = 10_000;
const PATH = /^\/interaction\/[\w-]{1,64}$/;

export const loginPath = (uid: string): string => `/interaction/${uid}`;

/**
 * Serves the login page and what it posts.
 *
 * @returns whether the request was for it
 */
export async function serveLogin(
  provider: Provider,
  passwords: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!PATH.test(request.url ?? '')) return false;
  try {
    const { prompt } = await provider.interactionDetails(request, response);
    if (prompt.name !== 'login') page(response, 400, '', 'Este pedido de acesso não é atendido aqui.');
    else if (request.method === 'POST') await signIn(provider, passwords, request, response);
    else page(response, 200, '');
  } catch {
    page(response, 400, '', 'Este pedido de acesso expirou. Volte ao aplicativo e entre de novo.');
  }
  return true;
}

async function signIn(
  provider: Provider,
  passwords: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams((await readBody(request, FORM_LIMIT_BYTES)).toString('utf8'));
  const username = form.get('username') ?? '';
  const expected = Object.hasOwn(passwords, username) ? passwords[username] : undefined;
  if (expected === undefined || !same(form.get('password') ?? '', expected)) {
    page(response, 401, username, 'Usuário ou senha incorretos.');
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: username } });
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(response: ServerResponse, status: number, username: string, problem?: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    .end(`<!doctype html>
<html lang="pt-BR">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Entrar — nfse-ledger</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 22rem; margin: 4rem auto; padding: 0 1rem }
  label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
  input { margin: .25rem 0 1rem; padding: .5rem }
  button { padding: .6rem }
  [role=alert] { border-left: .25rem solid #b3261e; padding-left: .75rem }
</style>
<h1>Entrar</h1>
${problem ? `<p role="alert">${escaped(problem)}</p>` : ''}
<form method="post">
  <label for="username">Usuário</label>
  <input id="username" name="username" value="${escaped(username)}" autocomplete="username" required autofocus>
  <label for="password">Senha</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required>
  <button>Entrar</button>
</form>
<p>Os usuários e as senhas desta instalação estão em <code>credentials.json</code>, na pasta de dados.</p>
</html>`);
}
